"""Why does staff not take an item as it is, or do without it?"""

from portal.core.forms import Form, Text
from portal.core.language import _l


class ReturnForm(Form):
    """What is to be put right?"""

    reason = Text(
        _l("What is to be put right?"),
        minimum=5,
        maximum=500,
        required=_l("Say what is to be put right."),
    )


class WaiveForm(Form):
    """Why is it not needed?"""

    reason = Text(
        _l("Why do you do without it?"),
        minimum=5,
        maximum=500,
        required=_l("Say why you do without it: the partner reads it, too."),
    )
