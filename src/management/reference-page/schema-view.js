// @ts-check
import { element, prose } from './element.js'

/**
 * @typedef {object} Schema the members of JSON Schema that the document uses
 * @property {string} [$ref]
 * @property {string | string[]} [type]
 * @property {string} [description]
 * @property {unknown[]} [enum]
 * @property {unknown} [const]
 * @property {unknown} [default]
 * @property {string} [format]
 * @property {string} [pattern]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {number} [exclusiveMinimum]
 * @property {number} [minLength]
 * @property {number} [maxLength]
 * @property {number} [minItems]
 * @property {number} [maxItems]
 * @property {Record<string, Schema>} [properties]
 * @property {string[]} [required]
 * @property {Schema} [items]
 * @property {Schema | boolean} [additionalProperties]
 * @property {Schema[]} [anyOf]
 * @property {Schema[]} [oneOf]
 */

/** Shows schemas of a document, whose references it follows. */
export class SchemaView {
  /** @param {Record<string, Schema>} components */
  constructor(components) {
    this.components = components
  }

  /**
   * @param {Schema} schema
   * @returns {Schema}
   */
  resolve(schema) {
    const name = schema.$ref?.split('/').at(-1)
    return name === undefined ? schema : (this.components[name] ?? {})
  }

  /**
   * What a value may be, in a few words: `string | null`, `Gateway[]`.
   *
   * @param {Schema} schema
   * @returns {string}
   */
  typeName(schema) {
    if (schema.$ref) return schema.$ref.split('/').at(-1) ?? 'any'
    const options = schema.anyOf ?? schema.oneOf
    if (options) return [...new Set(options.map((option) => this.typeName(option)))].join(' | ')
    if (schema.const !== undefined) return JSON.stringify(schema.const)
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
    if (schema.type === 'array') return `${this.typeName(schema.items ?? {})}[]`
    return [schema.type ?? 'any'].flat().join(' | ')
  }

  /**
   * The limits of a value, in words.
   *
   * @param {Schema} schema
   * @returns {string}
   */
  limits(schema) {
    const { minimum, maximum, exclusiveMinimum, minLength, maxLength, minItems, maxItems } = schema
    /** @type {(least: number | undefined, most: number | undefined, unit: string) => string} */
    const range = (least, most, unit) => {
      if (least === undefined && most === undefined) return ''
      if (least === undefined) return `at most ${most}${unit}`
      return most === undefined ? `at least ${least}${unit}` : `${least} to ${most}${unit}`
    }
    // The bounds of what a whole number can be say nothing.
    const isBound = (/** @type {number | undefined} */ value) => value !== undefined && Math.abs(value) < 2 ** 53 - 1
    return [
      range(isBound(minimum) ? minimum : undefined, isBound(maximum) ? maximum : undefined, ''),
      exclusiveMinimum === undefined ? '' : `more than ${exclusiveMinimum}`,
      range(minLength, maxLength, ' characters'),
      range(minItems, maxItems, ' entries'),
      schema.format ?? '',
      schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
    ]
      .filter((part) => part !== '')
      .join(', ')
  }

  /**
   * The members of an object, a row each; nested objects open at a click.
   *
   * @param {Schema} given
   * @param {number} depth
   * @returns {HTMLElement}
   */
  fields(given, depth = 0) {
    const schema = this.resolve(given)
    const list = element('dl.fields')
    const isRequired = (/** @type {string} */ name) => schema.required?.includes(name) === true
    const entries = Object.entries(schema.properties ?? {})
    const inOrder = [...entries.filter(([name]) => isRequired(name)), ...entries.filter(([name]) => !isRequired(name))]
    for (const [name, property] of inOrder) list.append(this.field(name, property, isRequired(name), depth))
    if (typeof schema.additionalProperties === 'object' && list.childElementCount > 0) {
      list.append(element('div.field.more', {}, 'Other members are taken too.'))
    }
    return list
  }

  /**
   * @param {string} name
   * @param {Schema} property
   * @param {boolean} isRequired
   * @param {number} depth
   */
  field(name, property, isRequired, depth) {
    const resolved = this.resolve(property)
    const head = element(
      'dt',
      {},
      element('code.name', {}, name),
      element('span.type', {}, this.typeName(property)),
      ...(isRequired ? [element('span.required', {}, 'required')] : []),
    )
    const said = property.description ?? resolved.description
    const limits = this.limits(resolved)
    return element(
      'div.field',
      {},
      head,
      element(
        'dd',
        {},
        ...(said ? [element('p', {}, ...prose(said))] : []),
        ...(limits ? [element('p.limits', {}, limits)] : []),
        ...this.nested(property).map((inner) => this.inside(inner, depth)),
      ),
    )
  }

  /**
   * @param {Schema} inner
   * @param {number} depth
   */
  inside(inner, depth) {
    // A schema may hold itself; nobody reads deeper than this.
    if (depth > 4) return ''
    return element('details', {}, element('summary', {}, 'members'), this.fields(inner, depth + 1))
  }

  /**
   * The objects that a value consists of.
   *
   * @param {Schema} given
   * @returns {Schema[]}
   */
  nested(given) {
    const schema = this.resolve(given)
    const options = schema.anyOf ?? schema.oneOf
    if (options) return given.$ref ? [] : options.flatMap((option) => this.nested(option))
    if (schema.items) return this.nested(schema.items)
    if (schema.properties && Object.keys(schema.properties).length > 0) return [schema]
    return typeof schema.additionalProperties === 'object' ? this.nested(schema.additionalProperties) : []
  }

  /**
   * A value that fits, for an example: what is required, and nothing that is made up where a default is known.
   *
   * @param {Schema} given
   * @returns {unknown}
   */
  example(given) {
    const schema = this.resolve(given)
    if (schema.default !== undefined) return schema.default
    if (schema.const !== undefined) return schema.const
    if (schema.enum) return schema.enum[0]
    const [option] = schema.anyOf ?? schema.oneOf ?? []
    if (option) return this.example(option)
    const type = [schema.type].flat()[0]
    if (type === 'object') {
      const names = schema.required ?? []
      return Object.fromEntries(names.map((name) => [name, this.example(schema.properties?.[name] ?? {})]))
    }
    if (type === 'array') return [this.example(schema.items ?? {})]
    if (type === 'boolean') return true
    if (type === 'integer' || type === 'number') return schema.minimum ?? 1
    return type === 'string' ? '...' : null
  }
}
