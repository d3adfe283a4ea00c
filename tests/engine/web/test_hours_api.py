from __future__ import annotations

from pathlib import Path

from tests.rig.aws import NOT_FOUND, administered

AT_NINE, AT_FIVE = {"Hours": 9, "Minutes": 0}, {"Hours": 17, "Minutes": 30}
MONDAYS = [{"Day": "MONDAY", "StartTime": AT_NINE, "EndTime": AT_FIVE}]
MONDAY, TUESDAY = "2026-11-23", "2026-11-24"


async def test_hours_are_told_for_each_day(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        made = await admin.ask(
            "CreateHoursOfOperation", Name="mondays", TimeZone="Europe/Berlin", Config=MONDAYS
        )
        hours = {"HoursOfOperationId": made["HoursOfOperationId"]}
        operation = "GetEffectiveHoursOfOperations"
        told = await admin.ask(operation, **hours, FromDate=MONDAY, ToDate=TUESDAY)
        assert told["TimeZone"] == "Europe/Berlin"
        assert told["EffectiveHoursOfOperationList"] == [
            {"Date": MONDAY, "OperationalHours": [{"Start": AT_NINE, "End": AT_FIVE}]},
            {"Date": TUESDAY, "OperationalHours": []},
        ]
        for first, last in ((TUESDAY, MONDAY), (MONDAY, "2028-11-23"), (MONDAY, "2026-11-31")):
            refused = await admin.refused(operation, **hours, FromDate=first, ToDate=last)
            assert refused[0] == 400
        nowhere = {"HoursOfOperationId": "nowhere"}
        refused = await admin.refused(operation, **nowhere, FromDate=MONDAY, ToDate=MONDAY)
        assert refused[:2] == NOT_FOUND
