// A fault must arrive as it left, except for what must not leave.
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { Fault, faultTable } from '../fault.js';
import { fromStatus, toStatus } from './status.js';

const crossed = (error: unknown): Fault => fromStatus(toStatus(error) as ServiceError, '/a.B/Get');

describe('status', () => {
  it('carries every code', () => {
    for (const { code, grpc } of faultTable) {
      expect(toStatus(new Fault(code, 'no')).code).toBe(grpc);
      expect(crossed(new Fault(code, 'no')).code).toBe(code);
    }
  });

  it('carries message and details', () => {
    const details = [{ field: 'name', message: 'is empty' }];
    expect(crossed(new Fault('invalid', 'bad name', { details }))).toMatchObject({
      message: 'bad name',
      details,
    });
  });

  it('keeps the message of a bug', () => {
    const fault = crossed(new TypeError('secret table name'));
    expect(fault.code).toBe('internal');
    expect(fault.message).toBe('internal error');
    expect(JSON.stringify(toStatus(new TypeError('secret')).metadata.toJSON())).not.toContain('secret');
  });

  it('drops details that are too large for a header', () => {
    const details = [{ field: 'x', message: 'y'.repeat(10_000) }];
    const fault = crossed(new Fault('invalid', 'bad', { details }));
    expect(fault).toMatchObject({ code: 'invalid', message: 'bad' });
    expect(fault.details).toBeUndefined();
  });

  it('reads the status of a peer that sends no fault, or a broken one', () => {
    const metadata = new Metadata();
    metadata.set('mooring-fault-bin', Buffer.from('{'));
    const plain = { code: 5, details: 'gone', metadata } as ServiceError;
    expect(fromStatus(plain, '/a.B/Get')).toMatchObject({ code: 'not_found', message: '/a.B/Get: gone' });
    expect(fromStatus({ ...plain, code: 12 } as ServiceError, '/a.B/Get').code).toBe('internal');
    expect(fromStatus({ ...plain, code: 1 } as ServiceError, '/a.B/Get').code).toBe('unavailable');
  });
});
