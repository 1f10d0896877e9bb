// Addresses and retry rules of a channel.
import { describe, expect, it } from 'vitest';
import { channelOptions, target } from './channel.js';

const method = (path: string, requestStream: boolean, responseStream: boolean) => ({
  path,
  requestStream,
  responseStream,
  requestSerialize: () => Buffer.alloc(0),
  requestDeserialize: () => undefined,
  responseSerialize: () => Buffer.alloc(0),
  responseDeserialize: () => undefined,
});

describe('target', () => {
  it('takes a name or a list of addresses', () => {
    expect(target('registry:9000')).toBe('dns:///registry:9000');
    expect(target('10.0.0.1:9000, 10.0.0.2:9000')).toBe('ipv4:10.0.0.1:9000,10.0.0.2:9000');
  });

  it.each(['', 'registry', 'a:1,b:2', 'http://registry:9000', '10.0.0.1:1,'])('refuses %j', (address) => {
    expect(() => target(address)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});

describe('channelOptions', () => {
  it('repeats calls with one request and one answer, and no others', () => {
    const options = channelOptions({
      get: method('/a.B/Get', false, false),
      watch: method('/a.B/Watch', false, true),
      admit: method('/a.B/Admit', true, true),
    });
    const config = JSON.parse(options['grpc.service_config'] ?? '');
    expect(config.methodConfig).toHaveLength(1);
    expect(config.methodConfig[0].name).toEqual([{ service: 'a.B', method: 'Get' }]);
    expect(config.methodConfig[0].retryPolicy.retryableStatusCodes).toEqual(['UNAVAILABLE']);
  });
});
