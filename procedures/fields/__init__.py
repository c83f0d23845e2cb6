"""Types of fields: one class each, under the name by which definitions call it."""

from procedures.fields.addresses import CityAddressField, PostalField
from procedures.fields.base import Field
from procedures.fields.choosing import ChoiceField, ChoicesField, ConsentField, YesNoField
from procedures.fields.computed import ComputedField
from procedures.fields.dates import DateField, PeriodField
from procedures.fields.items import ItemsField
from procedures.fields.media import FileField, LocationField, PhotosField
from procedures.fields.numbers import BankAccountField, MoneyField, NumberField
from procedures.fields.slot import SlotField
from procedures.fields.texts import EmailField, NameField, TelephoneField, TextField

FIELD_TYPES: dict[str, type[Field]] = {
    "choice": ChoiceField,
    "choices": ChoicesField,
    "yes_no": YesNoField,
    "text": TextField,
    "name": NameField,
    "date": DateField,
    "period": PeriodField,
    "slot": SlotField,
    "postal": PostalField,
    "city_address": CityAddressField,
    "telephone": TelephoneField,
    "email": EmailField,
    "number": NumberField,
    "money": MoneyField,
    "items": ItemsField,
    "photos": PhotosField,
    "location": LocationField,
    "file": FileField,
    "bank_account": BankAccountField,
    "consent": ConsentField,
    "computed": ComputedField,
}
