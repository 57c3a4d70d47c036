"""What this room holds is the brand's own, and nobody's: it is not forgotten with a member."""

IMPERSONAL = {
    "brands.Brand": ("name", "slug", "own_contacts", "translator_name"),  # contacts the brand publishes itself
    "brands.Closure": ("name",),
    "brands.Channel": ("name", "account_id", "handle", "url", "settings"),  # our own accounts
    "brands.OwnAccount": ("handle", "folded"),
    "brands.ChannelSecret": ("sealed",),
    "brands.InstallationSecret": ("sealed",),
}
TEAM = {"brands.Channel": ("hold_reason",), "brands.OwnAccount": ("unused_reason",)}  # what somebody of the team typed
