// Answers to commands, key requests and hellos as a batch of records.
import { bus } from '@mooring/proto';
import type { ControlContent } from '../dialects/dialect.js';
import type { Builder, EventOf } from './builder.js';
import { type Batch, bytesOf, json, RecordBuilder } from './records.js';

export const controlBuilder = (): Builder<'control'> =>
  new RecordBuilder({
    record({ timeMs, content }: EventOf<'control'>, source, sequence) {
      const said = contentOf(content);
      const record: bus.ControlRecord = { source, sequence, timeMs, content: said };
      return [record, lengthOf(said)];
    },
    encode: (batch: Batch<bus.ControlRecord>) => bus.ControlBatch.encode(batch).finish(),
  });

type RecordContent = NonNullable<bus.ControlRecord['content']>;

function contentOf(content: ControlContent): RecordContent {
  switch (content.is) {
    case 'answer': {
      const { number, outcome, code = '', retry = '', message = '', result } = content;
      const resultJson = json(result);
      return { $case: 'answer', value: { number, outcome, code, retry, message, resultJson } };
    }
    case 'key_request':
      return { $case: 'keyRequest', value: { deviceAddress: content.address } };
    case 'arrival': {
      const { instance = '', started } = content;
      return { $case: 'arrival', value: { instance, started } };
    }
  }
}

function lengthOf(content: RecordContent): number {
  switch (content.$case) {
    case 'answer':
      return bytesOf(content.value.message) + bytesOf(content.value.resultJson);
    case 'arrival':
      return bytesOf(content.value.instance);
    case 'keyRequest':
      return 0;
  }
}
