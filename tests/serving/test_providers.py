"""The flags served by flagd's own providers out of a file, as applications run them: in Python, and in JavaScript."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openfeature import api
from openfeature.contrib.provider.flagd import FlagdProvider
from openfeature.contrib.provider.flagd.config import ResolverType
from openfeature.evaluation_context import EvaluationContext

from govern.serving import Resolver
from govern.serving.flagd import flags_of
from serving.datafiles import ASKED, UNCALIBRATED, bytes_of, resolved

PACKAGES = ("@openfeature/server-sdk@1.23.0", "@openfeature/flagd-provider@0.16.1", "@openfeature/core@1")
SERVE = """
import { readFileSync } from "node:fs";
import { OpenFeature } from "@openfeature/server-sdk";
import { FlagdProvider } from "@openfeature/flagd-provider";
const { path, asked } = JSON.parse(readFileSync(0, "utf8"));
await OpenFeature.setProviderAndWait(new FlagdProvider({ resolverType: "in-process", offlineFlagSourcePath: path }));
const client = OpenFeature.getClient();
const served = [];
for (const context of asked) served.push(await client.getObjectValue("ranking", { code: "default" }, context));
console.log(JSON.stringify(served));
process.exit(0);
"""


@pytest.fixture
def flags(tmp_path: Path) -> Path:
    path = tmp_path / "flags.json"
    path.write_text(json.dumps(flags_of(UNCALIBRATED)), "utf-8")
    return path


@pytest.fixture(scope="session")
def packages(request: pytest.FixtureRequest) -> Path:
    """A folder with the packages of the JavaScript provider, installed once and kept beside pytest's cache."""
    if missing := [name for name in ("node", "npm") if shutil.which(name) is None]:
        pytest.skip(f"the JavaScript provider needs {' and '.join(missing)}")
    folder = request.config.cache.mkdir("flagd-provider")
    if not (folder / "node_modules/@openfeature/flagd-provider").is_dir():
        install = [
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
            str(folder),
            *PACKAGES,
        ]
        ran = subprocess.run(install, capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            pytest.skip(f"npm could not install the JavaScript provider: {ran.stderr.strip()[-200:]}")
    return folder


def wanted() -> list[dict[str, Any]]:
    resolver = Resolver(bytes_of(UNCALIBRATED))
    return [resolved(resolver, "ranking", context) for context in ASKED]


@pytest.fixture
def provider(flags: Path) -> Iterator[None]:
    api.set_provider_and_wait(
        FlagdProvider(resolver_type=ResolverType.FILE, offline_flag_source_path=str(flags))
    )
    yield
    api.clear_providers()
    api.shutdown()


def test_python_provider_serves_what_the_resolver_serves(provider: None) -> None:
    client = api.get_client()
    served = [
        client.get_object_value("ranking", {"code": "default"}, EvaluationContext("u1", context))
        for context in ASKED
    ]
    assert served == wanted()


@pytest.mark.deep
def test_javascript_provider_serves_what_the_resolver_serves(packages: Path, flags: Path) -> None:
    script = packages / "serve.mjs"
    script.write_text(SERVE, "utf-8")
    said = json.dumps({"path": str(flags), "asked": ASKED})
    ran = subprocess.run(["node", str(script)], input=said, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == wanted()
