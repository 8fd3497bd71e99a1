"""What an application imports to serve: from one datafile to the baseline that decides, and its stamp.

Nothing here needs git, YAML or any other package. `flagd` writes the bindings for flagd's providers, `openfeature`
is a provider for OpenFeature's SDK; both are imported by name.
"""

from govern.serving.datafile import DatafileError
from govern.serving.resolution import REASONS, Reason, Resolution
from govern.serving.resolver import Resolver, UnknownSurfaceError
from govern.serving.split import side

__all__ = ["REASONS", "DatafileError", "Reason", "Resolution", "Resolver", "UnknownSurfaceError", "side"]
