// The shape of a failed request's answer, for the documentation.
import { Type } from 'typebox';

export const Problem = Type.Object({
  type: Type.String({ description: 'A URI that names the kind of problem.' }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String(),
  trace_id: Type.String({ description: 'Finds this request in traces and logs.' }),
  errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
});
