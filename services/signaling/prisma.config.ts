// Tells Prisma where the schema and the migrations are, and which database its command line works on.
import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['SIGNALING_POSTGRES_URL'] ?? '' },
});
