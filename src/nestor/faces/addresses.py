"""What may stand in an address: a public id has one shape; anything else is not found before a database is asked."""

from django.urls import register_converter


class PublicId:
    """Sixteen characters as `vocabulary.new_public_id` makes them: `<public:public_id>`."""

    regex = "[0-9a-z]{16}"

    def to_python(self, value: str) -> str:
        """Return the id."""
        return value

    def to_url(self, value: str) -> str:
        """Return the id."""
        return value


register_converter(PublicId, "public")
