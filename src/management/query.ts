import { GatewayError } from '../kernel/errors.ts'

/** Parameters that hold a list of objects: Cloudflare's `filters`. */
const objectLists: readonly string[] = ['filters']
/** Members of such an object that hold a list. */
const listMembers: readonly string[] = ['value']

type WireObject = Record<string, unknown>

/**
 * The parameters of a query. One given twice is refused: taking one of the two would be a guess. A list of objects comes
 * in three forms: dotted and repeated, which official clients send (`filters.key=a&filters.value=1&filters.value=2`; a
 * member that its object has already begins the next one), bracketed (`filters[0][key]=a`), or as JSON.
 */
export function readQuery(parameters: URLSearchParams): Record<string, unknown> {
  const read = new Map<string, unknown>()
  const lists = new Map<string, ReturnType<typeof createObjectList>>()
  for (const [name, value] of parameters) {
    const list = objectLists.find((known) => name.startsWith(`${known}.`) || name.startsWith(`${known}[`))
    if (list !== undefined) {
      const objects = lists.get(list) ?? createObjectList(list)
      lists.set(list, objects)
      objects.add(name, value)
    } else if (read.has(name)) {
      const times = parameters.getAll(name).length
      throw invalid([name], `${name}: given ${times} times, expected once`)
    } else read.set(name, objectLists.includes(name) ? parseList(name, value) : value)
  }
  for (const [name, list] of lists) {
    if (read.has(name)) throw invalid([name], `${name}: given in two forms, expected one`)
    read.set(name, list.objects())
  }
  return Object.fromEntries(read)
}

function parseList(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid(
      [name],
      `${name}: is not valid JSON, expected a list like [{"key":"model","operator":"eq","value":["a"]}]`,
      error,
    )
  }
}

function createObjectList(list: string): { add(name: string, value: string): void; objects(): WireObject[] } {
  const dotted: WireObject[] = []
  const bracketed = new Map<string, WireObject>()

  function addDotted(member: string, value: string): void {
    const last = dotted.at(-1)
    const hasRoom = last !== undefined && (listMembers.includes(member) || !Object.hasOwn(last, member))
    const object = hasRoom ? last : {}
    if (!hasRoom) dotted.push(object)
    put(object, member, value, `${list}.${member}`)
  }
  return {
    add(name, value) {
      // `filters.key`, `filters[0][key]`, `filters[0].key`, `filters[0][value][]`, `filters[0][value][2]`
      const [first = '', second, ...rest] = name
        .slice(list.length)
        .split(/[.[\]]+/)
        .filter(Boolean)
      if (second === undefined && /^\D/.test(first)) addDotted(first, value)
      else if (/^\d+$/.test(first) && second !== undefined && rest.length <= 1) {
        const object = bracketed.get(first) ?? {}
        bracketed.set(first, object)
        put(object, second, value, name)
      } else throw invalid([list], `${name}: expected ${list}.key, ${list}[0][key] or JSON in ${list}`)
    },
    objects() {
      const numbered = [...bracketed].toSorted(([a], [b]) => Number(a) - Number(b))
      return [...dotted, ...numbered.map(([, object]) => object)]
    },
  }
}

function put(object: WireObject, member: string, value: string, name: string): void {
  if (listMembers.includes(member)) {
    const values = object[member]
    object[member] = Array.isArray(values) ? [...values, value] : [value]
  } else if (Object.hasOwn(object, member)) throw invalid([name], `${name}: given twice for one filter`)
  else object[member] = value
}

function invalid(path: string[], message: string, cause?: unknown): GatewayError {
  return new GatewayError('input_invalid', message, { path: ['query', ...path], cause })
}
