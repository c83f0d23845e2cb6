"""Imports every package's tables, so that Base.metadata is the whole schema."""

import bot.line.models
import bot.models
import console.models
import core.models
import faq.models
import handoff.desk_models
import handoff.models
import procedures.models
import procedures.outside.models
import retrieval.models
from core.database import Base

MODULES = (
    bot.line.models,
    bot.models,
    console.models,
    core.models,
    faq.models,
    handoff.desk_models,
    handoff.models,
    procedures.models,
    procedures.outside.models,
    retrieval.models,
)
METADATA = Base.metadata
