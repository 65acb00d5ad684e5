import math
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from bot.settings import PROJECT, Settings, SettingsError


def test_without_variables_the_server_is_local_and_files_are_in_the_project():
    settings = Settings.from_environment({})

    assert (settings.host, settings.port) == ("127.0.0.1", 5005)
    assert settings.model_path == PROJECT / "models/advisor.tar.gz"
    assert settings.database_path == PROJECT / "var/conversations.db"
    assert settings.action_timeout == 8


def test_every_setting_can_be_set(tmp_path: Path):
    settings = Settings.from_environment(
        {
            "ADVISOR_HOME": str(tmp_path),
            "HOST": "0.0.0.0",
            "PORT": "80",
            "ADVISOR_MODEL": "other.tar.gz",
            "ADVISOR_DATABASE_URL": "postgresql://me:secret@db/advisor",
            "ADVISOR_ACTION_TIMEOUT": "0.5",
            "ADVISOR_LOG_LEVEL": "debug",
            "ADVISOR_LOG_FORMAT": "JSON",
            "ADVISOR_LOG_KEY": "a key",
            "ADVISOR_KNOWLEDGE": str(tmp_path),
            "ADVISOR_REDIS_URL": "redis://cache:6379/0",
            "ADVISOR_RETENTION": "30d",
            "ADVISOR_REST": "On",
            "ADVISOR_ORIGINS": "https://www.Example.edu/, http://localhost:8080",
            "ADVISOR_CONVERSATION_RATE": "5 / second",
            "ADVISOR_ADDRESS_RATE": "off",
            "ADVISOR_LIMIT_LOOPBACK": "on",
            "ADVISOR_TRUSTED_PROXIES": "2",
            "ADVISOR_ADMIN_HOST": "10.0.0.1",
            "ADVISOR_ADMIN_PORT": "9105",
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_APP_TOKEN": "xapp-1",
            "SLACK_SIGNING_SECRET": "signed",
            "SLACK_API_URL": "https://slack-gov.com/api",
        }
    )

    assert settings == Settings(
        home=tmp_path,
        host="0.0.0.0",
        port=80,
        model="other.tar.gz",
        database_url="postgresql://me:secret@db/advisor",
        action_timeout=0.5,
        log_level="DEBUG",
        log_format="json",
        log_key="a key",
        knowledge_folder=tmp_path,
        redis_url="redis://cache:6379/0",
        retention=30,
        rest="on",
        origins=("https://www.example.edu", "http://localhost:8080"),
        conversation_rate="5/second",
        address_rate="off",
        limit_loopback=True,
        trusted_proxies=2,
        admin_host="10.0.0.1",
        admin_port=9105,
        slack_bot_token="xoxb-1",
        slack_app_token="xapp-1",
        slack_signing_secret="signed",
        slack_api_url="https://slack-gov.com/api/",
    )
    assert settings.model_path == tmp_path / "other.tar.gz"
    assert settings.database_path is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ADVISOR_HOME", "/no/such/folder"),
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("ADVISOR_ACTION_TIMEOUT", "0"),
        ("ADVISOR_ACTION_TIMEOUT", "-1"),
        ("ADVISOR_ACTION_TIMEOUT", "nan"),
        ("ADVISOR_ACTION_TIMEOUT", "60"),
        ("ADVISOR_RETENTION", "0d"),
        ("ADVISOR_RETENTION", "a month"),
        ("ADVISOR_LOG_LEVEL", "LOUD"),
        ("ADVISOR_LOG_FORMAT", "xml"),
        ("ADVISOR_KNOWLEDGE", "/no/such/folder"),
        ("ADVISOR_REST", "maybe"),
        ("ADVISOR_ORIGINS", "www.example.edu"),
        ("ADVISOR_ORIGINS", "https://www.example.edu/page"),
        ("ADVISOR_CONVERSATION_RATE", "0/minute"),
        ("ADVISOR_ADDRESS_RATE", "many"),
        ("ADVISOR_LIMIT_LOOPBACK", "yes"),
        ("ADVISOR_TRUSTED_PROXIES", "-1"),
        ("ADVISOR_ADMIN_PORT", "0"),
        ("ADVISOR_WORKER_TIMEOUT", "1"),
        ("ADVISOR_WORKER_TIMEOUT", "nan"),
    ],
)
def test_a_wrong_value_is_named_with_its_variable_and_a_remedy(variable: str, value: str):
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({variable: value})

    message = str(raised.value)
    assert variable in message
    assert repr(value) in message
    assert "Give " in message


def test_a_wrong_database_url_is_not_shown():
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({"ADVISOR_DATABASE_URL": "me:hunter2@db"})

    assert "ADVISOR_DATABASE_URL" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_the_database_url_is_not_in_the_representation():
    settings = Settings.from_environment({"ADVISOR_DATABASE_URL": "postgresql://me:hunter2@db/a"})

    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///var/a.db", PROJECT / "var/a.db"),
        ("sqlite:////tmp/a.db", Path("/tmp/a.db")),
        ("sqlite://", None),
        ("sqlite:///:memory:", None),
        ("postgresql://me@db/advisor", None),
    ],
)
def test_only_an_sqlite_file_has_a_path(url: str, path: Path | None):
    assert Settings(database_url=url).database_path == path


def test_conversations_are_kept_for_ninety_days_or_for_ever():
    assert Settings.from_environment({}).retention == 90
    assert Settings.from_environment({"ADVISOR_RETENTION": "off"}).retention == math.inf


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("sqlite:///var/a.db", f"sqlite:///{PROJECT}/var/a.db"),
        ("postgresql://me@db/advisor", "postgresql://me@db/advisor"),
    ],
)
def test_a_database_has_an_absolute_address(url: str, address: str):
    assert Settings(database_url=url).database_address == address


def test_an_empty_variable_counts_as_not_set():
    assert Settings.from_environment({"PORT": " "}).port == 5005


def test_an_option_goes_before_the_environment():
    settings = Settings(host="0.0.0.0", port=80, log_level="DEBUG")

    assert settings.listening_on(None, None) == settings
    assert settings.listening_on("::1", 81) == Settings(host="::1", port=81, log_level="DEBUG")
    with pytest.raises(SettingsError, match="PORT"):
        settings.listening_on(None, 70_000)


def test_settings_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1


def test_every_setting_says_what_it_is_for():
    for setting in fields(Settings):
        assert setting.metadata["variable"].isupper()
        assert setting.metadata["purpose"]
        assert setting.metadata["remedy"].startswith("Give ")


def test_every_setting_is_documented() -> None:
    text = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")
    missing = [
        s.metadata["variable"]
        for s in fields(Settings)
        if f"`{s.metadata['variable']}`" not in text
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("host", "rest", "served"),
    [
        ("127.0.0.1", "auto", True),
        ("::1", "auto", True),
        ("localhost", "auto", True),
        ("0.0.0.0", "auto", False),
        ("::", "auto", False),
        ("10.0.0.7", "auto", False),
        ("advisor.example.edu", "auto", False),
        ("0.0.0.0", "on", True),
        ("127.0.0.1", "off", False),
    ],
)
def test_the_channel_that_trusts_its_caller_is_local_unless_asked_for(
    host: str, rest: str, served: bool
):
    assert Settings(host=host, rest=rest).rest_is_served == served


@pytest.mark.parametrize("variable", ["ADVISOR_REDIS_URL", "ADVISOR_LOG_KEY"])
def test_secrets_are_neither_in_the_representation_nor_in_errors(variable: str):
    settings = Settings.from_environment({variable: "redis://:hunter2@host"})

    assert "hunter2" not in repr(settings)
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({"ADVISOR_REDIS_URL": "hunter2@host"})
    assert "hunter2" not in str(raised.value)
