// @ts-check
// Shows /openapi.json. Everything that is on the page comes from there and from this server.
import { element, prose } from './element.js'
import { SchemaView } from './schema-view.js'

/** @typedef {import('./schema-view.js').Schema} Schema */
/** @typedef {{ name: string, in: string, required: boolean, description?: string, schema: Schema }} Parameter */
/** @typedef {Record<string, { schema: Schema }>} Content */
/**
 * @typedef {object} Operation
 * @property {string} operationId
 * @property {string[]} tags
 * @property {string} summary
 * @property {string} description
 * @property {Parameter[]} parameters
 * @property {{ required: boolean, content: Content }} [requestBody]
 * @property {Record<string, { description?: string, content?: Content, $ref?: string }>} responses
 */
/** @typedef {Operation & { method: string, path: string }} Call */

const index = byId('index')
const main = byId('calls')
const search = /** @type {HTMLInputElement} */ (byId('search'))

/** @param {string} id */
function byId(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no #${id}`)
  return found
}

try {
  const response = await fetch('/openapi.json')
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  show(await response.json())
} catch (error) {
  byId('state').textContent =
    `The description could not be loaded: ${error instanceof Error ? error.message : 'unknown'}. Load the page again.`
}
main.removeAttribute('aria-busy')

/** @param {any} api the document, whose parts are typed as they are taken out */
function show(api) {
  const view = new SchemaView(api.components.schemas)
  /** @type {Call[]} */
  const calls = Object.entries(api.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  )
  const base = new URL(api.servers[0].url, location.href).href
  main.replaceChildren(introduction(api, base))
  for (const { name } of api.tags) {
    const ofNoun = calls.filter(({ tags }) => tags.includes(name))
    main.append(element('h2', { id: `noun-${name}` }, name), ...ofNoun.map((call) => section(call, view, base)))
    index.append(
      element(
        'section',
        {},
        element('a.noun', { href: `#noun-${name}` }, name),
        ...ofNoun.map(({ operationId, method }) =>
          element(
            'a',
            { href: `#${operationId}` },
            element(`span.method.${method.toLowerCase()}`, {}, method),
            operationId.slice(operationId.indexOf('.') + 1),
          ),
        ),
      ),
    )
  }
  // The browser looked for the address's anchor when there was none yet.
  if (location.hash !== '') document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView()
  startSearch()
}

/**
 * @param {any} api
 * @param {string} base
 */
function introduction({ info, components }, base) {
  const schemes = Object.values(components.securitySchemes)
  return element(
    'section',
    {},
    element('h1', {}, info.title),
    element('p', {}, ...prose(info.description)),
    element('p', {}, 'Address: ', element('code', {}, base)),
    element('p', {}, 'Each call needs a credential:'),
    element('ul', {}, ...schemes.map(({ description }) => element('li', {}, ...prose(description)))),
  )
}

/**
 * @param {Call} call
 * @param {SchemaView} view
 * @param {string} base
 */
function section(call, view, base) {
  const parts = [
    parameters('Path', call, 'path', view),
    parameters('Query', call, 'query', view),
    parameters('Headers', call, 'header', view),
    body(call, view),
    answer(call, view),
  ]
  const permission = call.description.slice(call.summary.length).trim()
  return element(
    'article',
    { id: call.operationId },
    element('h3', {}, element('a', { href: `#${call.operationId}` }, call.operationId)),
    element('p', {}, ...prose(call.summary), ' ', element('span.permission', {}, ...prose(permission))),
    element(
      'p.address',
      {},
      element(`span.method.${call.method.toLowerCase()}`, {}, call.method),
      element('code', {}, ...breakable(call.path)),
    ),
    example(call, view, base),
    ...parts.filter((part) => part !== null),
  )
}

/** @param {string} path */
function breakable(path) {
  return path.split('/').flatMap((part, at) => (at === 0 ? [part] : [element('wbr'), `/${part}`]))
}

/**
 * @param {string} title
 * @param {Call} call
 * @param {string} place
 * @param {SchemaView} view
 */
function parameters(title, call, place, view) {
  const here = call.parameters.filter((parameter) => parameter.in === place)
  if (here.length === 0) return null
  const rows = here.map(({ name, required, description, schema }) =>
    view.field(name, description === undefined ? schema : { ...schema, description }, required, 0),
  )
  return element('div', {}, element('h4', {}, title), element('dl.fields', {}, ...rows))
}

/**
 * @param {Call} call
 * @param {SchemaView} view
 */
function body({ requestBody }, view) {
  if (!requestBody) return null
  const [schema] = Object.values(requestBody.content).map((content) => content.schema)
  const title = requestBody.required ? 'Body' : 'Body (may be left out)'
  return element('div', {}, element('h4', {}, title), view.fields(schema ?? {}))
}

/**
 * @param {Call} call
 * @param {SchemaView} view
 */
function answer({ responses }, view) {
  const { 200: good, ...refusals } = responses
  const envelope = good?.content?.['application/json']?.schema.properties
  const key = ['result', 'data', 'route'].find((name) => envelope?.[name] !== undefined)
  const result = key === undefined ? undefined : envelope?.[key]
  const members = result === undefined ? [] : view.nested(result)
  return element(
    'div',
    {},
    element('h4', {}, 'Answer'),
    result === undefined
      ? element('p', {}, good?.description ?? '')
      : element('p', {}, element('code', {}, key ?? ''), ': ', element('span.type', {}, view.typeName(result))),
    ...members.map((member) => element('details', {}, element('summary', {}, 'members'), view.fields(member))),
    element('p.limits', {}, `Refusals: ${Object.keys(refusals).join(', ')}`),
  )
}

/**
 * @param {Call} call
 * @param {SchemaView} view
 * @param {string} base
 */
function example(call, view, base) {
  const required = call.parameters.filter((parameter) => parameter.in === 'query' && parameter.required)
  const query = required.map(({ name, schema }) => `${name}=${encodeURIComponent(String(view.example(schema)))}`)
  // Braces mean something to curl, so the parameters are variables of the shell.
  const path = call.path.replaceAll(/\{(\w+)\}/g, (_, name) => `$${name.toUpperCase()}`)
  const address = `${base}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`
  const [schema] = Object.values(call.requestBody?.content ?? {}).map((content) => content.schema)
  const lines = [
    `curl${call.method === 'GET' ? '' : ` -X ${call.method}`} "${address}"`,
    `-H "Authorization: Bearer $TOLLGATE_API_TOKEN"`,
    ...(schema
      ? [`-H 'Content-Type: application/json'`, `-d '${JSON.stringify(view.example(schema)).replaceAll("'", "'\\''")}'`]
      : []),
  ]
  const text = lines.join(' \\\n  ')
  const copy = element('button', { type: 'button' }, 'Copy')
  copy.addEventListener('click', () => {
    const say = (/** @type {string} */ word) => void (copy.textContent = word)
    // A browser may forbid it; then the text is there to be marked by hand.
    navigator.clipboard.writeText(text).then(
      () => say('Copied'),
      () => say('Not allowed'),
    )
    setTimeout(() => say('Copy'), 1500)
  })
  return element('div.example', {}, element('pre', {}, text), copy)
}

/** Leaves what has all words of the search in its text. */
function startSearch() {
  search.addEventListener('input', () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
    for (const article of main.querySelectorAll('article')) {
      const text = article.textContent.toLowerCase()
      article.hidden = !words.every((word) => text.includes(word))
      const link = index.querySelector(`a[href="#${CSS.escape(article.id)}"]`)
      if (link instanceof HTMLElement) link.hidden = article.hidden
    }
    for (const group of index.querySelectorAll('section')) {
      const isEmpty = group.querySelector('a:not(.noun):not([hidden])') === null
      group.hidden = isEmpty
      const title = main.querySelector(group.querySelector('a.noun')?.getAttribute('href') ?? 'none')
      if (title instanceof HTMLElement) title.hidden = isEmpty
    }
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target === search) return
    event.preventDefault()
    search.focus()
  })
}
