import asyncio
import urllib.request

from prometheus_client.parser import text_string_to_metric_families
from served import Serve, Served


async def figures(served: Served) -> dict[str, float]:
    def ask() -> str:
        with urllib.request.urlopen(f"{served.url}/metrics") as answer:
            assert answer.headers["Content-Type"].startswith("text/plain")
            return answer.read().decode()

    text = await asyncio.to_thread(ask)
    return {
        sample.name + "".join(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_what_the_server_does_is_counted(serve: Serve) -> None:
    served = await serve(subject="A-17")
    before = await figures(served)
    assert (before["biofeedback_viewers"], before["biofeedback_sessionsready"]) == (0, 1)
    async with served.page() as page:
        await page.say("command", command="resume")
        await page.hear("error")
        await page.say("command", command="start")
        await page.hear("step")
        await page.hear("beat")
        await page.hear("quality")
        now = await figures(served)
    assert (now["biofeedback_viewers"], now["biofeedback_viewers_stale"]) == (1, 0)
    assert (now["biofeedback_sessionsrunning"], now["biofeedback_sessions_unsaved"]) == (1, 0)
    assert now["biofeedback_refused_total"] == 1
    assert now["biofeedback_store_waiting"] < 1000
    assert (now["biofeedback_store_lag_seconds"] > 0) == (now["biofeedback_store_waiting"] > 0)
    assert now["biofeedback_store_asked"] >= 0
    assert now["biofeedback_beats_total"] > 0
    assert now["biofeedback_pipeline_seconds_total"] > 0
    assert now["biofeedback_sent_total"] >= now["biofeedback_messages_total"] - before["biofeedback_messages_total"] > 3
    assert now["biofeedback_answered_seconds_bucket+Inf"] == now["biofeedback_answered_seconds_count"] > 0
    assert 0 < now["biofeedback_answered_seconds_sum"] < now["biofeedback_answered_seconds_count"]


async def test_the_figures_name_nobody(serve: Serve) -> None:
    served = await serve(subject="A-17")
    assert not [name for name in await figures(served) if "A-17" in name or "rmssd" in name or "bpm" in name]
    async with served.page() as page:
        await page.say("command", command="new")
        await page.hear("bye")
    async with served.page() as page:
        await page.hear("beat")
    assert (await figures(served))["biofeedback_beats_total"] > 0  # of the next session as well
