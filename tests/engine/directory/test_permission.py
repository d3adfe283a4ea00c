from engine.directory.permission import DEFAULT_PROFILES, PERMISSIONS


def test_every_default_profile_grants_only_what_exists() -> None:
    assert set(DEFAULT_PROFILES) == {"Admin", "Agent", "CallCenterManager", "QualityAnalyst"}
    for granted in DEFAULT_PROFILES.values():
        assert granted <= PERMISSIONS


def test_the_profiles_are_those_of_the_guide() -> None:
    manager, agent = DEFAULT_PROFILES["CallCenterManager"], DEFAULT_PROFILES["Agent"]
    assert {"ManagerListenIn", "ContactSearch.View", "DownloadCallRecordings"} <= manager
    assert agent == {"BasicAgentAccess", "OutboundCallAccess"}
    assert not agent & manager  # so that a manager needs both to listen in


def test_no_default_profile_restricts_whom_its_user_sees() -> None:
    for granted in DEFAULT_PROFILES.values():
        assert not granted & {"MyContacts.View", "RestrictContactAccessByHierarchy.View"}
