// Every variable that the printing service reads.
import { commonConfig, defineConfig, grpcConfig, healthConfig } from '@mooring/runtime';
import { Type } from 'typebox';

export const config = defineConfig('PRINTING', {
  ...commonConfig,
  ...healthConfig('PRINTING'),
  ...grpcConfig('PRINTING'),
  PRINTING_MAX_ROWS: Type.Integer({
    default: 4_000,
    minimum: 100,
    maximum: 10_000,
    description: 'Rows of dots at which a print is cut; 200 are an inch.',
  }),
  PRINTING_CHROMIUM: Type.String({
    default: '',
    description: 'The Chromium that HTML is rendered with; empty: the one that is installed, if any is.',
  }),
  PRINTING_PARALLEL: Type.Integer({
    default: 2,
    minimum: 1,
    maximum: 16,
    description: 'Prints that are drawn at once.',
  }),
  PRINTING_WAITING: Type.Integer({
    default: 32,
    minimum: 0,
    maximum: 1_000,
    description: 'Prints that may wait to be drawn; a further one is refused.',
  }),
  PRINTING_PAGES_PARALLEL: Type.Integer({
    default: 2,
    minimum: 1,
    maximum: 16,
    description: 'Pages of HTML that are in the browser at once.',
  }),
  PRINTING_PAGES_WAITING: Type.Integer({
    default: 8,
    minimum: 0,
    maximum: 1_000,
    description: 'Pages of HTML that may wait for the browser; a further one is refused.',
  }),
});

/** The loaded values. */
export type PrintingConfig = ReturnType<typeof config.load>;
