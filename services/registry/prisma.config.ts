// Where Prisma's commands find this service's schema and database.
import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['REGISTRY_POSTGRES_URL'] ?? 'postgresql://localhost/registry' },
});
