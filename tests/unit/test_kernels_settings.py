"""What an operator may decide about kernels comes from the environment, and is checked there."""

from __future__ import annotations

import pytest

from hocvuso.errors import SetupError
from hocvuso.hub.settings import HubSettings, site_environment
from hocvuso.kernels.settings import KernelSettings


def test_settings_come_from_the_environment_and_reach_the_site():
    """What is not named keeps its default; what the hub was told, the site is told."""
    hub = HubSettings.from_environment({"HOCVUSO_KERNEL_IDLE_MINUTES": "5", "HOCVUSO_KERNEL_PARENTS": ""})
    assert hub.kernels == KernelSettings(idle_minutes=5)
    assert KernelSettings.from_environment(site_environment("/srv/hocvuso", hub)) == hub.kernels
    assert HubSettings.from_environment(hub.environment()) == hub


def test_every_wrong_setting_is_named_at_once():
    """The sentence names each variable and how to write it."""
    with pytest.raises(SetupError) as told:
        KernelSettings.from_environment(
            {"HOCVUSO_KERNEL_IDLE_MINUTES": "mười", "HOCVUSO_KERNEL_PARENTS": "0"}
        )
    assert "HOCVUSO_KERNEL_IDLE_MINUTES=mười" in str(told.value)
    assert "HOCVUSO_KERNEL_PARENTS=0" in str(told.value)
