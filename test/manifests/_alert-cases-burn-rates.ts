// What each alert of an objective must see and what it must not.
import { type AlertCase, answered, both, histogram, http, ticket } from './_alert-series.js';

export const burnRateCases: readonly AlertCase[] = [
  {
    alert: 'ReadingsLate',
    when: 'one batch in twenty is late for an hour',
    series: histogram('mooring_readings_frame_to_stored_seconds', '2.5', '0+100x90', '0+95x90'),
    atMinute: 80,
    fires: both('readings_stored'),
  },
  {
    alert: 'ApiErrors',
    when: 'one request in twenty fails for an hour',
    series: answered('0+95x90', '0+5x90'),
    atMinute: 80,
    fires: both('api_answered'),
  },
  {
    alert: 'ApiErrors',
    when: 'one request in 200 fails for days, which is a ticket and no page',
    series: answered('0+1990x440', '0+10x440'),
    everyMinutes: 10,
    atMinute: 4_350,
    fires: [{ ...ticket, slo: 'api_answered' }],
  },
  {
    alert: 'ApiErrors',
    when: 'it was so an hour ago and is over: nobody is paged any more',
    series: answered('0+95x60 5700+95x60', '0+5x60 300x60'),
    atMinute: 115,
    fires: [{ ...ticket, slo: 'api_answered' }],
  },
  {
    alert: 'ApiErrors',
    when: 'nine requests of ten failed, and there were ten',
    series: answered('0 1x60', '0 9x60'),
    atMinute: 4,
    fires: [],
  },
  {
    alert: 'ApiSlow',
    when: 'a quarter of all requests is slow for an hour',
    series: { [http('count{status="200"}')]: '0+100x90', [http('bucket{status="200",le="0.5"}')]: '0+75x90' },
    atMinute: 80,
    fires: both('api_fast'),
  },
  {
    alert: 'ApiSlow',
    when: 'what is slow is a live stream, which is as long as somebody watches',
    series: {
      'mooring_http_request_duration_seconds_count{job="api",route="/v1/live"}': '0+100x90',
      'mooring_http_request_duration_seconds_bucket{job="api",route="/v1/live",le="0.5"}': '0x90',
    },
    atMinute: 80,
    fires: [],
  },
  {
    alert: 'DevicesNotAdmitted',
    when: 'one device in ten is turned away because the database does not answer',
    series: {
      'mooring_edge_admissions_total{dialect="kinetid",outcome="admitted"}': '0+90x90',
      'mooring_edge_admissions_total{dialect="kinetid",outcome="unavailable"}': '0+10x90',
    },
    atMinute: 80,
    fires: both('devices_admitted'),
  },
  {
    alert: 'DevicesNotAdmitted',
    when: 'they are turned away because nobody enrolled them',
    series: {
      'mooring_edge_admissions_total{dialect="kinetid",outcome="admitted"}': '0+10x90',
      'mooring_edge_admissions_total{dialect="kinetid",outcome="not_found"}': '0+90x90',
    },
    atMinute: 80,
    fires: [],
  },
  {
    alert: 'CommandsLate',
    when: 'a third of all commands takes longer than five seconds, whichever way that bound is written',
    series: histogram('mooring_registry_command_dispatch_seconds', '5.0', '0+30x90', '0+20x90'),
    atMinute: 80,
    fires: both('commands_written'),
  },
  {
    alert: 'WatchesFail',
    when: 'every second request to watch finds no signaling',
    series: {
      'mooring_edge_watch_seconds_count{outcome="ready"}': '0+5x90',
      'mooring_edge_watch_seconds_count{outcome="unavailable"}': '0+5x90',
    },
    atMinute: 80,
    fires: both('watches_begun'),
  },
];
