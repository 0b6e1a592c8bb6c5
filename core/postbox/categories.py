"""What shipments are about: business events (GeVo) of the norm, nine digits: group, event, detail.

An unknown code is called by its event or its group and is never an error.
"""

from __future__ import annotations

from core.locale import Message, _
from core.text import printable, shortened

COMMISSION = "300"
"""Only for whoever may see commissions."""
GDV = "999"
URGENT = ("140", "160")
"""Premium collection problems and ends of contract: somebody has to act before a day."""
ESTIMATED_DAYS = {
    # A demand for payment gives at least two weeks (§ 38 VVG); a default without demand is as pressing.
    "140": 14,
    "140012060": 7,
    "140018": 0,
    "160": 14,
}
"""Days from a letter until something has to be done, by the beginning of the category; 0: none."""

GROUPS = {
    "100": _("Application and new business"),
    "110": _("Change of partner data"),
    "120": _("Change of contract"),
    "130": _("Assignment, pledge, beneficiaries, other"),
    "140": _("Premium collection problem"),
    "150": _("Benefit or claim"),
    "160": _("End of contract"),
    "170": _("Information, duplicate"),
    "180": _("Complaint"),
    "190": _("Enquiry, portfolio event, offer"),
    "200": _("Motor insurance confirmation"),
    "210": _("Collection between broker and insurer"),
    "300": _("Commission"),
    "999": _("GDV data"),
}
CODES = {
    "100001000": _("Application sent"),
    "100002000": _("Receipt confirmed"),
    "100002010": _("Application received"),
    "100002020": _("Application in work"),
    "100003000": _("Provisional cover"),
    "100004000": _("Rejection of an application"),
    "100005000": _("Query to the broker"),
    "100005010": _("Query: medical report"),
    "100005050": _("Query: more documents"),
    "100006000": _("Answer to a query"),
    "100007000": _("Policy issued"),
    "100008000": _("Changed offer"),
    "100009000": _("Acceptance confirmed"),
    "100010000": _("Revocation"),
    "110010000": _("Change of name"),
    "110011000": _("Change of address"),
    "110012000": _("Change of contact data"),
    "110013000": _("Change of personal data"),
    "110014000": _("Loss of the portfolio threatens"),
    "120010000": _("Contract conversion, endorsement"),
    "120011000": _("Documents requested"),
    "120013000": _("Start date moved"),
    "120014000": _("Premium waiver"),
    "120015000": _("Decrease"),
    "120016000": _("Increase"),
    "120017000": _("Dynamic increase"),
    "120017001": _("Dynamic increase declined"),
    "120018000": _("Payment frequency"),
    "120022000": _("Change of tariff"),
    "120022001": _("Premium adjustment"),
    "120023000": _("Switch of funds"),
    "130010000": _("Assignment"),
    "130013000": _("Beneficiary"),
    "130015000": _("Change of policyholder"),
    "130017001": _("Arrival by change of broker"),
    "130017002": _("Departure by change of broker"),
    "130100000": _("Data delivery stopped"),
    "140010000": _("Bank details wrong"),
    "140011000": _("Bank details missing"),
    "140011100": _("SEPA mandate missing"),
    "140012000": _("Premium arrears"),
    "140012001": _("Arrears, direct debit returned"),
    "140012010": _("Payment reminder"),
    "140012020": _("Dunning, first premium"),
    "140012021": _("Dunning, later premium"),
    "140012025": _("Last dunning letter"),
    "140012030": _("Last demand for payment"),
    "140012050": _("Announcement of cancellation"),
    "140012060": _("Lapse threatens"),
    "140013000": _("Premium invoice"),
    "140014000": _("Change of bank details"),
    "140015000": _("Change of collection mode"),
    "140017000": _("Instalments, deferral"),
    "140018000": _("SEPA pre-notification"),
    "150010000": _("Maturity"),
    "150011000": _("Annuity"),
    "150012000": _("Benefit"),
    "150013000": _("Claim"),
    "150013010": _("First notice of loss"),
    "150013100": _("Claim opened"),
    "150013200": _("Claim changed"),
    "150013300": _("Claim closed"),
    "150013302": _("Claim declined"),
    "160010000": _("Cancellation by the customer"),
    "160010001": _("Cancellation by the customer: receipt"),
    "160010002": _("Cancellation by the customer: accepted"),
    "160010003": _("Cancellation by the customer: refused"),
    "160011000": _("Cancellation by the insurer"),
    "160011001": _("Cancellation by the insurer: default"),
    "160011002": _("Cancellation by the insurer: default"),
    "160011004": _("Cancellation by the insurer: at expiry"),
    "160012000": _("Contract rescinded"),
    "160013000": _("Void from the start"),
    "160014000": _("Cancellation withdrawn"),
    "160016000": _("Contract expired"),
    "160018000": _("Risk ceased"),
    "170011000": _("Replacement policy"),
    "180010000": _("Complaint of a customer"),
    "190011000": _("Changes: customer"),
    "190012000": _("Changes: contract"),
    "300001000": _("Commission statement"),
    "300002000": _("Brokerage statement"),
    "300003000": _("Commission overview"),
    "999010010": _("GDV portfolio, complete"),
    "999010020": _("GDV portfolio, changes"),
    "999050000": _("GDV broker settlement"),
    "999060000": _("GDV business events"),
    "999200010": _("Contract data as XML"),
}
DETAILS = {
    "000000": _("{group}: other"),
    "002000": _("{group}: receipt confirmed"),
    "008000": _("{group}: query"),
    "009000": _("{group}: done"),
}
"""What the last six digits mean in most groups."""


def category_name(code: str) -> Message:
    """What a category is called; of an unknown one its event or group, beside the code."""
    if not code:
        return _("without a category")
    if code in CODES:
        return CODES[code]
    group = GROUPS.get(code[:3])
    shown = shortened(printable(code), 20)
    if group is None:
        return _("category {code}", code=shown)
    if len(code) == 9 and code[3:] in DETAILS:
        return Message(DETAILS[code[3:]].text, values={"group": group})
    event = CODES.get(f"{code[:6]}000") or group
    return _("{name} ({code})", name=event, code=shown)


def group_name(code: str) -> Message:
    """What the group of a category is called."""
    return GROUPS.get(code[:3]) or _("category {code}", code=shortened(printable(code[:3]), 20))


def is_commission(code: str) -> bool:
    """Whether only some may see it."""
    return code.startswith(COMMISSION)


def is_urgent(code: str) -> bool:
    """Whether it stands out: dunning, and ends of contract."""
    return code.startswith(URGENT)


def estimated_days(code: str) -> int | None:
    """Days that are usually left, where nothing else is known; None where there is no deadline."""
    for length in range(len(code), 2, -1):
        if code[:length] in ESTIMATED_DAYS:
            return ESTIMATED_DAYS[code[:length]] or None
    return None
