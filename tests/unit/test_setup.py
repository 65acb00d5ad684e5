"""The set-up layer: the search for Python 3.10, what is made anew and when, and the lock."""

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("awk", "cat", "chmod", "cmp", "cp", "dirname", "grep", "mkdir", "rm", "sh")
REAL_PYTHON = Path(sys.base_prefix) / "bin" / "python3.10"


def write_script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


class Checkout:
    """A checkout without a Python, on a machine whose PATH holds the few tools needed."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "checkout"
        self.home = folder / "home"
        self.bin = folder / "bin"
        self.log = folder / "log"
        for directory in (self.root / "scripts", self.home, self.bin):
            directory.mkdir(parents=True)
        for name in ("scripts/setup.sh", "scripts/train.py", "requirements.lock", "pyproject.toml"):
            shutil.copy(ROOT / name, self.root / name)
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, f"this machine has no {tool}"
            (self.bin / tool).symlink_to(found)

    def setup(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bin / "sh", self.root / "scripts" / "setup.sh", *arguments],
            env={"PATH": str(self.bin), "HOME": str(self.home), **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def calls(self) -> list[str]:
        """Returns what the stand-ins logged since the last time."""
        logged = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return logged

    def add_fake_python(self) -> None:
        """Puts a python3.10 on PATH whose environments log what is asked of pip and uv.

        Where the checkout holds a file named no-uv or no-pip, that tool fails.
        """
        answers = f'case "$1 $2" in "-I -c") echo "{self.bin}/python3.10"; exit;; esac'
        pip = f"""{answers}
            shift 2
            echo "pip $*" >>"{self.log}"
            [ ! -e no-pip ]"""
        uv = f"""
            echo "uv $*" >>"{self.log}"
            [ ! -e no-uv ]"""
        python = f"""{answers}
            echo venv >>"{self.log}"
            mkdir -p .venv/bin
            cp "{self.bin.parent}/pip" .venv/bin/python
            cp "{self.bin.parent}/uv" .venv/bin/uv"""
        write_script(self.bin.parent / "pip", pip)
        write_script(self.bin.parent / "uv", uv)
        write_script(self.bin / "python3.10", python)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


class TestFindingPython:
    @pytest.mark.parametrize(
        ("place", "environment"),
        [
            ("bin/python3.10", {}),
            ("bin/python3", {}),
            ("bin/python", {}),
            ("home/.pyenv/versions/3.10.13/bin/python3.10", {}),
            ("elsewhere/versions/3.10.4/bin/python3.10", {"PYENV_ROOT": "{folder}/elsewhere"}),
            ("checkout/var/python/cpython-3.10.13-linux/bin/python3.10", {}),
            ("a folder/bin/python3.10", {"PATH": "{folder}/a folder/bin:{folder}/bin"}),
        ],
    )
    def test_it_is_found_in_each_usual_place(
        self, checkout: Checkout, tmp_path: Path, place: str, environment: dict[str, str]
    ) -> None:
        python = tmp_path / place
        python.parent.mkdir(parents=True, exist_ok=True)
        python.symlink_to(REAL_PYTHON)
        settings = {key: value.format(folder=tmp_path) for key, value in environment.items()}
        found = checkout.setup("--find-python", **settings)
        assert found.stdout.splitlines() == [str(python)], found.stderr

    @pytest.mark.parametrize(
        ("tool", "body"),
        [("pyenv", 'echo "{folder}/elsewhere"'), ("uv", 'echo "{python}"')],
        ids=["pyenv root", "uv python find"],
    )
    def test_other_tools_are_asked(
        self, checkout: Checkout, tmp_path: Path, tool: str, body: str
    ) -> None:
        python = tmp_path / "elsewhere" / "versions" / "3.10.4" / "bin" / "python3.10"
        python.parent.mkdir(parents=True)
        python.symlink_to(REAL_PYTHON)
        write_script(checkout.bin / tool, body.format(folder=tmp_path, python=python))
        assert checkout.setup("--find-python").stdout.splitlines() == [str(python)]

    @pytest.mark.parametrize(
        "body",
        [
            "echo 'pyenv: python3.10: command not found' >&2; exit 127",
            "exit 0",
            # As the real one, but of another version, or without what makes environments.
            'exec {python} -I -c "import sys; sys.version_info = (3, 11, 7)\n$3"',
            "exec {python} -I -c \"import sys; sys.modules['ensurepip'] = None\n$3\"",
        ],
        ids=["broken shim", "silent", "other version", "no ensurepip"],
    )
    def test_an_interpreter_that_will_not_do_is_passed_over(
        self, checkout: Checkout, body: str
    ) -> None:
        write_script(checkout.bin / "python3.10", body.format(python=REAL_PYTHON))
        good = checkout.home / ".pyenv" / "versions" / "3.10.13" / "bin" / "python3.10"
        good.parent.mkdir(parents=True)
        good.symlink_to(REAL_PYTHON)
        assert checkout.setup("--find-python").stdout.splitlines() == [str(good)]

    def test_an_environment_leads_to_the_interpreter_it_was_made_from(
        self, checkout: Checkout, tmp_path: Path
    ) -> None:
        environment = tmp_path / "environment"
        subprocess.run([REAL_PYTHON, "-m", "venv", "--without-pip", environment], check=True)
        found = checkout.setup("--find-python", PATH=f"{environment}/bin:{checkout.bin}")
        assert found.stdout.splitlines() == [str(REAL_PYTHON)]

    @pytest.mark.parametrize("environment", [{}, {"HOME": ""}], ids=["home", "no home"])
    def test_where_there_is_none_one_message_says_what_to_install(
        self, checkout: Checkout, environment: dict[str, str]
    ) -> None:
        outcome = checkout.setup(**environment)
        assert outcome.returncode == 1
        assert "needs Python 3.10" in outcome.stderr
        assert "pyenv install 3.10" in outcome.stderr
        assert "not found\n" not in outcome.stderr, "a shell's own complaint"
        assert not (checkout.root / ".venv").exists()

    def test_uv_downloads_one_into_the_checkout(self, checkout: Checkout) -> None:
        checkout.add_fake_python()
        shutil.move(checkout.bin / "python3.10", checkout.bin.parent / "python3.10")
        uv = f"""
            [ "$2" = install ] || exit 1
            echo "uv $*" >>"{checkout.log}"
            mkdir -p "$UV_PYTHON_INSTALL_DIR/cpython-3.10/bin"
            cp "{checkout.bin.parent}/python3.10" "$UV_PYTHON_INSTALL_DIR/cpython-3.10/bin"
        """
        write_script(checkout.bin / "uv", uv)
        outcome = checkout.setup()
        assert checkout.calls()[0] == "uv python install 3.10", outcome.stderr
        assert (checkout.root / "var/python/cpython-3.10/bin/python3.10").exists()


class TestMakingTheEnvironment:
    @pytest.fixture(autouse=True)
    def set_up_once(self, checkout: Checkout) -> None:
        checkout.add_fake_python()
        outcome = checkout.setup()
        assert outcome.returncode == 0, outcome.stderr
        assert [line.split()[0] for line in checkout.calls()] == ["venv", "pip", "uv", "pip"]

    def test_the_next_call_does_and_says_nothing(self, checkout: Checkout) -> None:
        outcome = checkout.setup()
        assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")
        assert checkout.calls() == []

    def test_touched_files_change_nothing(self, checkout: Checkout) -> None:
        for name in ("requirements.lock", "pyproject.toml", "scripts/setup.sh"):
            os.utime(checkout.root / name)
        checkout.setup()
        assert checkout.calls() == []

    def test_another_lock_makes_it_anew(self, checkout: Checkout) -> None:
        left_over = checkout.root / ".venv" / "left-over"
        left_over.touch()
        with (checkout.root / "requirements.lock").open("a") as lock:
            lock.write("# changed\n")
        assert "==> Making .venv anew" in checkout.setup().stderr
        assert "venv" in checkout.calls()
        assert not left_over.exists()

    def test_another_project_file_installs_only_the_project(self, checkout: Checkout) -> None:
        with (checkout.root / "pyproject.toml").open("a") as project:
            project.write("# changed\n")
        checkout.setup()
        (call,) = checkout.calls()
        assert call.startswith("pip install")
        assert call.endswith("--editable .")

    def test_a_moved_checkout_makes_it_anew(self, checkout: Checkout) -> None:
        checkout.root = checkout.root.rename(checkout.root.with_name("moved"))
        checkout.setup()
        assert "venv" in checkout.calls()

    def test_a_broken_interpreter_makes_it_anew(self, checkout: Checkout) -> None:
        write_script(checkout.root / ".venv" / "bin" / "python", "exit 127")
        checkout.setup()
        assert "venv" in checkout.calls()

    def test_an_interruption_is_recovered_from(self, checkout: Checkout) -> None:
        shutil.rmtree(checkout.root / ".venv")
        for tool in ("no-uv", "no-pip"):
            (checkout.root / tool).touch()
        assert checkout.setup().returncode != 0
        for tool in ("no-uv", "no-pip"):
            (checkout.root / tool).unlink()
        checkout.calls()
        assert checkout.setup().returncode == 0
        assert "venv" in checkout.calls()

    def test_pip_takes_over_where_uv_fails(self, checkout: Checkout) -> None:
        shutil.rmtree(checkout.root / ".venv")
        (checkout.root / "no-uv").touch()
        outcome = checkout.setup()
        assert outcome.returncode == 0
        assert "trying pip" in outcome.stderr
        assert any(
            call.startswith("pip") and "--require-hashes" in call and "requirements.lock" in call
            for call in checkout.calls()
        )


class TestTraining:
    """scripts/train.py, with a stand-in for the advisor that counts its trainings."""

    @pytest.fixture(autouse=True)
    def files(self, checkout: Checkout) -> None:
        for name in ("config.yml", "data/nlu/pay.yml", "knowledge/career.yml", "bot/nlu/a.py"):
            path = checkout.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        write_script(
            checkout.root / ".venv" / "bin" / "advisor",
            f'echo "$*" >>"{checkout.log}"; [ ! -e broken ] && echo model >models/advisor.tar.gz',
        )

    def train(self, checkout: Checkout) -> int:
        script = checkout.root / "scripts" / "train.py"
        return subprocess.run([sys.executable, "-I", script], check=False).returncode

    def test_it_trains_once(self, checkout: Checkout) -> None:
        assert [self.train(checkout), self.train(checkout)] == [0, 0]
        assert checkout.calls() == ["train"]

    @pytest.mark.parametrize(
        "name",
        [
            "bot/nlu/a.py",
            "config.yml",
            "data/nlu/new.yml",
            "domain.yml",
            "knowledge/career.yml",
            "models/advisor.tar.gz",
            "requirements.lock",
        ],
    )
    def test_it_trains_again_when_a_file_has_changed(self, checkout: Checkout, name: str) -> None:
        self.train(checkout)
        (checkout.root / name).write_text("changed")
        self.train(checkout)
        assert checkout.calls() == ["train", "train"]

    def test_it_trains_again_when_a_file_is_gone(self, checkout: Checkout) -> None:
        self.train(checkout)
        (checkout.root / "data/nlu/pay.yml").unlink()
        self.train(checkout)
        assert checkout.calls() == ["train", "train"]

    @pytest.mark.parametrize("name", ["README.md", "bot/cli.py", "data/.hidden"])
    def test_other_files_are_none_of_its_business(self, checkout: Checkout, name: str) -> None:
        self.train(checkout)
        (checkout.root / name).write_text("new")
        os.utime(checkout.root / "config.yml")
        self.train(checkout)
        assert checkout.calls() == ["train"]

    def test_a_failure_is_passed_on_and_tried_again(self, checkout: Checkout) -> None:
        self.train(checkout)
        (checkout.root / "broken").touch()
        (checkout.root / "config.yml").write_text("changed")
        assert self.train(checkout) != 0
        assert self.train(checkout) != 0
        (checkout.root / "broken").unlink()
        assert self.train(checkout) == 0
        assert checkout.calls() == ["train"] * 4


LOCK_ENTRY = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; (?P<marker>[^\\\n]+?))?"
    r"(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})*)$",
    re.MULTILINE,
)


@pytest.fixture(scope="module")
def lock() -> str:
    return (ROOT / "requirements.lock").read_text()


@pytest.fixture(scope="module")
def locked(lock: str) -> dict[str, str]:
    """The version of each package that the lock installs here."""
    entries = [match.groupdict() for match in LOCK_ENTRY.finditer(lock)]
    return {
        entry["name"]: entry["version"]
        for entry in entries
        if not entry["marker"]
        or Requirement(f"{entry['name']} ; {entry['marker']}").marker.evaluate()
    }


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomli.loads((ROOT / "pyproject.toml").read_text())


class TestLock:
    def test_every_requirement_has_a_hash(self, lock: str) -> None:
        requirements = re.findall(r"^[^\s#].*", lock, re.MULTILINE)
        entries = list(LOCK_ENTRY.finditer(lock))
        assert len(entries) == len(requirements) > 200
        assert [entry["name"] for entry in entries if not entry["hashes"]] == []

    @pytest.mark.parametrize("name", ["requirements.lock", "requirements.in", "pyproject.toml"])
    def test_no_registry_is_named(self, name: str) -> None:
        host = re.compile(r"://|--(extra-)?index|--find-links| @ ")
        assert [line for line in (ROOT / name).read_text().splitlines() if host.search(line)] == []

    @pytest.mark.parametrize(
        "requirements",
        [
            lambda project: project["project"]["dependencies"],
            lambda project: project["project"]["optional-dependencies"]["dev"],
            lambda project: project["build-system"]["requires"],
            lambda _: (ROOT / "requirements.in").read_text().splitlines(),
            lambda _: (ROOT / "requirements-dev.in").read_text().splitlines(),
        ],
        ids=["dependencies", "dev", "build-system", "requirements.in", "requirements-dev.in"],
    )
    def test_the_lock_satisfies(
        self,
        project: dict[str, Any],
        locked: dict[str, str],
        requirements: Callable[[dict[str, Any]], list[str]],
    ) -> None:
        lines = [line for line in requirements(project) if line and not line.startswith("#")]
        wanted = [Requirement(line) for line in lines]
        assert wanted
        unsatisfied = [
            str(requirement)
            for requirement in wanted
            if locked.get(canonicalize_name(requirement.name), "0") not in requirement.specifier
        ]
        assert unsatisfied == []

    def test_whatever_the_code_imports_is_declared(self, project: dict[str, Any]) -> None:
        provided = set(sys.stdlib_module_names) | {"actions", "bot"}
        for line in project["project"]["dependencies"]:
            for file in importlib.metadata.files(Requirement(line).name) or []:
                provided.add(file.parts[0].removesuffix(".py"))
        undeclared = {
            f"{path.relative_to(ROOT)}: {name}"
            for package in ("actions", "bot")
            for path in (ROOT / package).rglob("*.py")
            for name in imported_packages(path) - provided
        }
        assert undeclared == set()


def imported_packages(path: Path) -> set[str]:
    """Returns the top-level names of the packages that a module imports, wherever it does."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}
