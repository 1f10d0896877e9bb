// Holds rules against readings in the transaction that stores them: together they count once, however often a batch comes.
import { type Clock, uuidv7 } from '@mooring/runtime';
import type { Alarm } from '../domain/alarm.js';
import type { RuleBook } from '../domain/alarm-rule-book.js';
import { WatchedReadings } from '../domain/alarm-series.js';
import { walk } from '../domain/alarm-watch.js';
import { recordChanges } from './alarm-changes.js';
import { RULE_COLUMNS, type RuleRow, ruleOf } from './alarm-row.js';
import { lockWatches, saveWatches } from './alarm-state.js';
import type { Client } from './claim.js';
import type { Alongside } from './readings.js';

// Nobody changes or deletes a rule while readings are held against it.
const RULES = `
SELECT ${RULE_COLUMNS} FROM alarm_rule WHERE id = ANY ($1::uuid[]) AND enabled ORDER BY id FOR SHARE`;

/** `changed` is called, after the commit, with the alarms that began or ended. */
export function alarmWatch(
  book: RuleBook,
  clock: Clock,
  changed: (alarms: readonly Alarm[]) => void,
): Alongside {
  return async (client, batches, claimed) => {
    const gathered = new WatchedReadings(book);
    for (const [index, { batch, metricIds }] of batches.entries()) {
      const { fresh, repeated } = claimed[index] ?? { fresh: false, repeated: undefined };
      if (fresh) gathered.add(batch, metricIds, repeated);
    }
    const series = gathered.finish();
    if (series.length === 0) return undefined;
    const alarms = await hold(client, book, series, clock.now());
    return alarms.length === 0 ? undefined : () => changed(alarms);
  };
}

async function hold(
  client: Client,
  book: RuleBook,
  series: ReturnType<WatchedReadings['finish']>,
  nowMs: number,
): Promise<readonly Alarm[]> {
  const ids = [...new Set(series.map(({ ruleId }) => ruleId))];
  const { rows } = await client.query<RuleRow>({ name: 'alarm_rules_hold', text: RULES, values: [ids] });
  const rules = new Map(rows.map((row) => [row.id, ruleOf(row)]));
  book.drop(ids.filter((id) => !rules.has(id)));
  const watched = series.flatMap((each) => {
    const rule = rules.get(each.ruleId);
    return rule === undefined ? [] : [{ ...each, rule }];
  });
  if (watched.length === 0) return [];
  const readingsOf = new Map(
    watched.map((each) => [`${each.ruleId} ${String(each.deviceNumber)}`, each.readings]),
  );
  const walked = (await lockWatches(client, watched)).map((watch) => {
    const readings = readingsOf.get(`${watch.rule.id} ${String(watch.deviceNumber)}`) ?? [];
    return walk(watch, readings, nowMs, uuidv7);
  });
  const alarms = walked.flatMap(({ changed }) => changed);
  await saveWatches(
    client,
    walked.map(({ watch }) => watch),
  );
  await recordChanges(client, alarms, nowMs);
  return alarms;
}
