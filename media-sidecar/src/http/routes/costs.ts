import type { Costs } from '../../domain/costs/costs.ts';
import { priceTableSchema } from '../../domain/costs/price-table.ts';
import { costQuerySchema, costReportSchema } from '../../domain/costs/schema.ts';
import type { App } from '../app-type.ts';

export function registerCostRoutes(app: App, costs: Costs): void {
  app.get(
    '/v1/costs',
    { schema: { querystring: costQuerySchema, response: { 200: costReportSchema } } },
    (request) => costs.report(request.access, request.query),
  );

  app.get('/v1/prices', { schema: { response: { 200: priceTableSchema } } }, () => costs.prices);
}
