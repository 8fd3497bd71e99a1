"""The stories that `govern demo` tells, by name; the first one unless another is asked for."""

from govern.cli.stories import drills, model_change, partial_rollback, reentry
from govern.cli.stories.telling import Story

STORIES: dict[str, Story] = {
    "model-change": model_change.STORY,
    "partial-rollback": partial_rollback.STORY,
    "re-entry": reentry.STORY,
    "drill": drills.STORY,
}
FIRST = "model-change"
