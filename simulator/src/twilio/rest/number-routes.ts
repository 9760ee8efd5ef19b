import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AccountNumber } from '../account.ts';
import { filterNumbers, updateNumber } from './numbers.ts';
import { page } from './paging.ts';
import { formOf, found, paramsOf, pathOf, queryOf, type RestContext } from './request.ts';
import { numberResource } from './resources.ts';

/** https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource */
export function numberRoutes(app: FastifyInstance, { accountOf }: RestContext): void {
  const numberOf = (request: FastifyRequest): AccountNumber =>
    found(accountOf(request).numbers.get(paramsOf(request).sid ?? ''), request);
  app.get('/:accountSid/IncomingPhoneNumbers.json', async (request) => {
    const query = queryOf(request);
    const numbers = filterNumbers(accountOf(request), query);
    return page(numbers, 'incoming_phone_numbers', pathOf(request), query, numberResource);
  });
  const one = '/:accountSid/IncomingPhoneNumbers/:sid.json';
  app.get(one, async (request) => numberResource(numberOf(request)));
  app.post(one, async (request) => {
    const number = numberOf(request);
    updateNumber(accountOf(request), number, formOf(request));
    return numberResource(number);
  });
}
