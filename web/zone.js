// The zone in which this device tells times, as reports are asked for in it as well.

export const zoneName = () => Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";

// Address of a report of a session, its moments told as on this device.
export function reportPath(session, { kind, form, language }) {
  return `/api/sessions/${session}/report?${new URLSearchParams({ kind, language, form, zone: zoneName() })}`;
}
