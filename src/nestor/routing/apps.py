"""Start-up of the routing room."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """Registers this room's jobs and subscribers."""

    name = "nestor.routing"
    label = "routing"

    def ready(self) -> None:
        """Register once everything is loaded."""
        from nestor.notices.reads import DIGEST, STILL
        from nestor.notices.rules import Occasion
        from nestor.routing.jobs import JOBS, SUBSCRIBERS
        from nestor.routing.reads.telling import figures, is_still_due, is_still_sealed
        from nestor.routing.rules.steps import Step
        from nestor.work.registry import register

        register(*JOBS, *SUBSCRIBERS)
        STILL[Occasion.SEALED] = is_still_sealed
        STILL[Occasion.CLOCK_SOON] = is_still_due(Step.SOON)
        STILL[Occasion.CLOCK_LATE] = is_still_due(Step.LATE)
        STILL[Occasion.ESCALATED] = is_still_due(Step.ESCALATED)
        DIGEST["routing"] = figures
