// Where Prisma's commands find this service's schema and database, and which tables are not theirs to change.
import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['TELEMETRY_POSTGRES_URL'] ?? 'postgresql://localhost/telemetry' },
  // Partitioned: Prisma queries them, and would otherwise take their partitions for drift.
  experimental: { externalTables: true },
  tables: {
    external: ['public.reading', 'public.rollup_minute', 'public.rollup_quarter', 'public.device_log'],
  },
});
