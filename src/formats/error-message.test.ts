import assert from 'node:assert/strict'
import { test } from 'node:test'

import { errorMessage } from './error-message.ts'

test('the message is found in every provider’s error body', () => {
  const bodies: [body: unknown, message: string | null][] = [
    [{ error: { message: 'Incorrect API key', type: 'invalid_request_error' } }, 'Incorrect API key'],
    [{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'Overloaded'],
    [{ error: { code: 400, message: 'API key not valid', status: 'INVALID_ARGUMENT' } }, 'API key not valid'],
    [{ error: 'model not found' }, 'model not found'],
    [{ error: { type: 'server_error' } }, 'server_error'],
    [{ error: {} }, 'error without a message'],
    [{ success: false, errors: [{ code: 5007, message: 'No such model' }] }, 'No such model'],
    [{ object: 'error', message: 'Invalid model', type: 'invalid_model' }, 'Invalid model'],
    [{ detail: 'Unauthorized' }, 'Unauthorized'],
    [{ detail: [{ loc: ['body'], msg: 'Field required' }] }, 'Field required'],
    [{ detail: { status: 'invalid_api_key', message: 'Invalid API key' } }, 'Invalid API key'],
    [{ err_code: 'INVALID_AUTH', err_msg: 'Invalid credentials.', request_id: 'r' }, 'Invalid credentials.'],
    [{ Message: 'User is not authorized' }, 'User is not authorized'],
    [{ error: null, errors: [], choices: [] }, null],
    ['text', null],
    [null, null],
  ]
  for (const [body, message] of bodies) assert.equal(errorMessage(body), message, JSON.stringify(body))
})

test('an endless message is cut', () => {
  assert.equal(errorMessage({ error: 'x'.repeat(1e6) })?.length, 1000)
})
