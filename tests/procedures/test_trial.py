"""A trial shows what residents are shown."""

from core.messages import Language, Text
from procedures.trial import play
from procedures.wording import Wording
from tests.procedures.talk import NOW, PACK, PROCEDURES, sample_facts


def test_trial_begins_with_the_introduction() -> None:
    """It used to begin with the first question, so that nobody saw the introduction before residents did."""
    definition = PROCEDURES.definitions["oversized_waste"]
    played = play(
        definition, [], now=NOW, facts=sample_facts(), wording=lambda progress: Wording(definition, PACK, Language.JAPANESE, progress)
    )
    said = [message.text for message in played.exchanges[0].reply.messages if isinstance(message, Text)]
    assert said[0] == definition.intro
    assert "ご家庭から出た物ですか" in said[1]
