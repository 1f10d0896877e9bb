// Reads one command for a decision about it, and writes what was decided.
import type { CommandState } from '../domain/command.js';
import type { Change, Standing } from '../domain/command-change.js';
import { type Queryable, rows, type Statement } from './sql.js';

const columns = `
  SELECT c.id, c.state, d.dialect, c.step, c.attempts, c.repeats, c.retries_left, c.written, c.repeatable,
    (extract(epoch FROM now() - c.sent_at) * 1000)::float8 AS sent_ago_ms, c.sent_edge, c.sent_connection, c.sent_epoch,
    (extract(epoch FROM c.expires_at - now()) * 1000)::float8 AS expires_in_ms, c.timeout_s, c.last_answer,
    d.online AS device_online, d.epoch AS device_epoch, c.number, c.type, c.traceparent, c.device_id, c.organization_id, c.actor,
    d.number AS device_number
  FROM command c JOIN device d ON d.id = c.device_id`;

const lockById: Statement = {
  name: 'command-lock',
  text: `${columns} WHERE c.id = $1::uuid FOR NO KEY UPDATE OF c`,
};

/** A device that is connecting waits, so that whoever waits for its connect cannot miss it. */
const lockDevice: Statement = {
  name: 'command-lock-device',
  text: 'SELECT FROM device d JOIN command c ON c.device_id = d.id WHERE c.id = $1::uuid FOR SHARE OF d',
};

/** By its number, as long as who answers is its device, or the one whose connection it went over. */
const lockByNumber: Statement = {
  name: 'command-lock-number',
  text: `${columns}
    LEFT JOIN device l ON l.id = c.lane_id
    WHERE c.number = $1::bigint AND (d.number = $2::bigint OR l.number = $2::bigint)
    ORDER BY c.id DESC LIMIT 1 FOR NO KEY UPDATE OF c`,
};

const lockOverdue: Statement = {
  name: 'command-lock-overdue',
  text: `${columns} WHERE c.answer_by <= now() ORDER BY c.answer_by LIMIT $1 FOR NO KEY UPDATE OF c SKIP LOCKED`,
};

const write: Statement = {
  name: 'command-change',
  text: `
  WITH changed AS (
    UPDATE command SET
      state = COALESCE(($2::text[])[cardinality($2::text[])], state),
      step = step + cardinality($2::text[]),
      due_at = now() + make_interval(secs => $4::float8 / 1000),
      answer_by = now() + make_interval(secs => $5::float8 / 1000),
      written = COALESCE($6::bool, written),
      repeatable = COALESCE($7::bool, repeatable),
      retries_left = COALESCE($8::int, retries_left),
      repeats = repeats + $9::bool::int,
      attempts = attempts + $10::bool::int,
      code = COALESCE($11::text, code),
      result = COALESCE($12::jsonb, result),
      last_answer = COALESCE($13::text, last_answer),
      settled_at = CASE WHEN $14::bool THEN now() END
    WHERE id = $1::uuid
    RETURNING step - cardinality($2::text[]) AS before
  )
  INSERT INTO command_step (command_id, step, state, detail)
  SELECT $1::uuid, c.before + s.ord, s.state, s.detail
  FROM changed c, unnest($2::text[], $3::text[]) WITH ORDINALITY AS s(state, detail, ord)`,
};

/** A command with what names it, locked until its transaction ends. */
export interface LockedCommand extends Standing {
  readonly id: string;
  readonly number: number;
  readonly type: string;
  readonly traceparent: string;
  readonly deviceId: string;
  readonly deviceNumber: bigint;
  readonly organizationId: string;
  readonly actor: string;
  readonly sentEdge: string;
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly dialect: string;
  readonly step: number;
  readonly attempts: number;
  readonly repeats: number;
  readonly retries_left: number;
  readonly written: boolean;
  readonly repeatable: boolean;
  readonly sent_ago_ms: number | null;
  readonly sent_edge: string;
  readonly sent_connection: string;
  readonly sent_epoch: string;
  readonly expires_in_ms: number;
  readonly timeout_s: number | null;
  readonly last_answer: string;
  readonly device_online: boolean;
  readonly device_epoch: string;
  readonly number: string;
  readonly type: string;
  readonly traceparent: string;
  readonly device_id: string;
  readonly device_number: string;
  readonly organization_id: string;
  readonly actor: string;
}

/** Undefined when it is deleted. Holds its device's sessions as they are. */
export async function lockCommand(on: Queryable, id: string): Promise<LockedCommand | undefined> {
  await rows(on, lockDevice, [id]);
  return lockedOf((await rows<Row>(on, lockById, [id]))[0]);
}

/** The newest command of that number that this device can answer. */
export async function lockAnswered(
  on: Queryable,
  number: number,
  deviceNumber: bigint,
): Promise<LockedCommand | undefined> {
  return lockedOf((await rows<Row>(on, lockByNumber, [number, deviceNumber]))[0]);
}

/** Those whose time is over and that nobody else works on. */
export async function lockLate(on: Queryable, limit: number): Promise<readonly LockedCommand[]> {
  return (await rows<Row>(on, lockOverdue, [limit])).flatMap((row) => lockedOf(row) ?? []);
}

export async function writeChange(on: Queryable, id: string, change: Change): Promise<void> {
  await rows(on, write, [
    id,
    change.steps.map(({ state }) => state),
    change.steps.map(({ detail }) => detail),
    change.dueInMs ?? null,
    change.answerInMs ?? null,
    change.written ?? null,
    change.repeatable ?? null,
    change.retriesLeft ?? null,
    change.repeated === true,
    change.attempted === true,
    change.code ?? null,
    change.result === undefined ? null : JSON.stringify(change.result),
    change.lastAnswer ?? null,
    change.settled === true,
  ]);
}

function lockedOf(row: Row | undefined): LockedCommand | undefined {
  if (row === undefined) return undefined;
  const { id, dialect, step, attempts, repeats, written, repeatable, type, traceparent, actor } = row;
  return {
    ...{ id, dialect, step, attempts, repeats, written, repeatable, type, traceparent, actor },
    // The column holds what this service wrote.
    state: row.state as CommandState,
    retriesLeft: row.retries_left,
    sentAgoMs: row.sent_ago_ms ?? undefined,
    sentEdge: row.sent_edge,
    sentConnection: row.sent_connection,
    sentEpoch: BigInt(row.sent_epoch),
    expiresInMs: row.expires_in_ms,
    timeoutS: row.timeout_s ?? undefined,
    lastAnswer: row.last_answer,
    deviceOnline: row.device_online,
    deviceEpoch: BigInt(row.device_epoch),
    number: Number(row.number),
    deviceId: row.device_id,
    organizationId: row.organization_id,
    deviceNumber: BigInt(row.device_number),
  };
}
