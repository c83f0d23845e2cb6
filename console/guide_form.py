"""The form of a guide's preview: all that was read from the document, so that nothing needs to be stored before it is kept."""

from console.forms import TextForm
from faq.documents.reading import ReadDocument
from faq.documents.sniffing import Format
from faq.guides import DAYS, GuidePlan, Wishes

HEAD = ("phrasings", "related", *DAYS)
"""What a document may state besides the fields that are shown."""


class GuideForm(TextForm):
    """`seen` is the last version of the guide when the preview was made, empty for a new guide."""

    name: str = ""
    id: str = ""
    title: str = ""
    body: str = ""
    category: str = ""
    department_id: str = ""
    source_url: str = ""
    phrasings: str = ""
    related: str = ""
    checked_on: str = ""
    valid_from: str = ""
    valid_until: str = ""
    seen: str = ""
    action: str = ""

    @property
    def is_publication(self) -> bool:
        return self.action == "publish"


def form_of(plan: GuidePlan) -> GuideForm:
    """What the fields of a fresh preview hold."""
    draft = plan.draft
    return GuideForm(
        name=plan.document.name,
        id=plan.entry_id,
        title=draft.question,
        body=draft.answer,
        category=draft.category,
        department_id=draft.department_id or "",
        source_url=draft.source_url or "",
        seen=str(plan.before.last_number) if plan.before is not None else "",
        **{key: plan.document.head[key] for key in HEAD if key in plan.document.head},
    )


def document_of(form: GuideForm) -> ReadDocument:
    """The document as the preview shows it, without asking for the file again."""
    head = {key: getattr(form, key) for key in HEAD if getattr(form, key)}
    return ReadDocument(name=form.name[:200], format=Format.MARKDOWN, title=form.title, body=form.body, head=head)


def wishes_of(form: GuideForm) -> Wishes:
    return Wishes(id=form.id, category=form.category, department_id=form.department_id, source_url=form.source_url)
