// Classes, from fields to decorators.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells are kept as plain text
import { feature, type Theme, typeError } from './feature.js'

export const CLASSES: Theme = {
  theme: 'classes',
  features: [
    feature(
      'fields, parameter properties, methods, static members',
      'class ClPoint {\n  static count = 0\n  z = 5\n  constructor(public x: number, readonly y = 2) { ClPoint.count++ }\n  sum() { return this.x + this.y + this.z }\n}',
      { run: '[new ClPoint(1).sum(), ClPoint.count]', shows: '[ 8, 1 ]' },
    ),
    feature(
      'private fields, methods, accessors and `in`',
      'class ClSecret {\n  #n = 1\n  static #made = 0\n  #up() { this.#n++ }\n  get #twice() { return this.#n * 2 }\n  read() { this.#up(); ClSecret.#made++; return [this.#n, this.#twice, #n in this, ClSecret.#made] }\n}',
      { run: 'new ClSecret().read()', shows: '[ 2, 4, true, 1 ]' },
      { run: 'new ClSecret().#n', fails: { name: 'SyntaxError' } },
    ),
    feature('private and protected are checked', 'class ClHidden { private a = 1; protected b = 2 }', {
      run: 'new ClHidden().a',
      fails: typeError(2341, [1, 16]),
    }),
    feature('static blocks', {
      run: 'class ClStatic { static table: number[] = []; static { for (let i = 0; i < 3; i++) this.table.push(i * i) } }\nClStatic.table',
      shows: '[ 0, 1, 4 ]',
    }),
    feature('accessors: get, set and auto', {
      run: 'class ClAccess {\n  #v = 1\n  get v() { return this.#v }\n  set v(value) { this.#v = value * 2 }\n  accessor auto = 3\n}\nconst clAccess = new ClAccess()\nclAccess.v = 5; clAccess.auto++\n;[clAccess.v, clAccess.auto]',
      shows: '[ 10, 4 ]',
    }),
    feature(
      'inheritance over cells',
      'class ClAnimal { constructor(protected name: string) {} speak() { return `${this.name} speaks` } }',
      'class ClDog extends ClAnimal { override speak() { return `${super.speak()}: wau` } }',
      { run: 'new ClDog("Rex").speak()', shows: "'Rex speaks: wau'" },
    ),
    feature(
      'abstract classes',
      'abstract class ClShape { abstract area(): number; describe() { return `area ${this.area()}` } }',
      'class ClSquare extends ClShape { constructor(private side: number) { super() } area() { return this.side ** 2 } }',
      { run: 'new ClSquare(3).describe()', shows: "'area 9'" },
      { run: 'new ClShape()', fails: typeError(2511, [1, 1]) },
    ),
    feature('an abstract member left out is a type error', 'abstract class ClLeft { abstract f(): void }', {
      run: 'class ClLeftOut extends ClLeft {}',
      fails: typeError(2515, [1, 7]),
    }),
    feature(
      'implements of an older interface',
      'interface ClFlyer { fly(): string }',
      { run: 'class ClBird implements ClFlyer { fly() { return "up" } }\nnew ClBird().fly()', shows: "'up'" },
      { run: 'class ClStone implements ClFlyer {}', fails: typeError(2420, [1, 7]) },
    ),
    feature(
      'mixins',
      'type ClConstructor<T = object> = new (...args: any[]) => T\nfunction ClTimed<B extends ClConstructor>(Base: B) { return class extends Base { stamp = 7 } }\nclass ClBase { name = "base" }',
      {
        run: 'const ClMixed = ClTimed(ClBase)\nconst clMixed = new ClMixed()\n;[clMixed.name, clMixed.stamp]',
        shows: "[ 'base', 7 ]",
      },
    ),
    feature(
      'generic classes',
      'class ClStack<T> { #items: T[] = []; push(item: T) { this.#items.push(item); return this } pop(): T | undefined { return this.#items.pop() } }',
      { run: 'new ClStack<number>().push(1).push(2).pop()', shows: '2' },
      { run: 'new ClStack<number>().push("x")', fails: typeError(2345, [1, 28]) },
    ),
    feature(
      'decorators of classes, methods, fields and accessors',
      'const clLog: string[] = []\nfunction clMark(value: unknown, context: DecoratorContext) { clLog.push(`${context.kind} ${String(context.name)}`) }',
      {
        run: '@clMark\nclass ClDecorated { @clMark field = 1; @clMark method() {} @clMark accessor auto = 2; @clMark get g() { return 1 } }\nclLog',
        shows: "[\n  'method method',\n  'accessor auto',\n  'getter g',\n  'field field',\n  'class ClDecorated'\n]",
      },
    ),
    feature(
      'a decorator that replaces a method',
      'function clTwice(method: (this: any, n: number) => number, _context: ClassMethodDecoratorContext) { return function (this: any, n: number) { return method.call(this, n) * 2 } }',
      {
        run: 'class ClReplaced { @clTwice value(n: number) { return n + 1 } }\nnew ClReplaced().value(4)',
        shows: '10',
      },
    ),
    feature(
      'decorators with arguments, of an older cell',
      'const clNamed = (name: string) => <T extends abstract new (...args: any) => any>(target: T, _: ClassDecoratorContext<T>) => { Object.defineProperty(target, "label", { value: name }) }',
      { run: '@clNamed("layer")\nclass ClLabelled {}\n;(ClLabelled as any).label', shows: "'layer'" },
    ),
    feature('computed member names and symbols', 'const clKey = "dynamic"', {
      run: 'class ClComputed { [clKey]() { return 1 } static ["a b"] = 2; *[Symbol.iterator]() { yield 3 } }\n;[new ClComputed()[clKey](), ...new ClComputed()]',
      shows: '[ 1, 3 ]',
    }),
    feature('class expressions and anonymous classes', {
      run: 'const ClAnonymous = class { x = 1 }\nnew ClAnonymous()',
      shows: 'ClAnonymous { x: 1 }',
    }),
    feature(
      'extending built-ins',
      {
        run: 'class ClError extends RangeError { override name = "ClError"; constructor(readonly code: number) { super(`code ${code}`) } }\ntry { throw new ClError(4) } catch (error) { console.log(error instanceof ClError, error instanceof RangeError, (error as ClError).code) }',
        prints: 'true true 4\n',
      },
      { run: 'throw new ClError(5)', fails: { name: 'ClError', message: 'code 5', at: [1, 7] } },
    ),
    feature('extending Array', {
      run: 'class ClVector extends Array<number> { norm() { return Math.hypot(...this) } }\nClVector.from([3, 4]) instanceof ClVector',
      shows: 'true',
    }),
    feature(
      '`this` types, chaining',
      'class ClBuilder { parts: string[] = []; add(part: string): this { this.parts.push(part); return this } }',
      { run: 'new ClBuilder().add("a").add("b").parts.join("")', shows: "'ab'" },
    ),
    feature('`super` in object literals', {
      run: 'const clProto = { hi() { return "proto" } }\nconst clChild = { __proto__: clProto, hi() { return `child of ${(super.hi as () => string)()}` } }\nclChild.hi()',
      shows: "'child of proto'",
    }),
    feature('index signatures and definite fields', {
      run: 'class ClIndexed { [key: string]: number; a!: number }\nnew ClIndexed()',
      shows: 'ClIndexed { a: undefined }',
    }),
    feature('declare fields leave nothing', {
      run: 'class ClDeclared { declare a: number }\nObject.keys(new ClDeclared()).length',
      shows: '0',
    }),
    feature('Symbol.toStringTag, toPrimitive, species', {
      run: 'class ClTag { get [Symbol.toStringTag]() { return "Tag" } [Symbol.toPrimitive](hint: string) { return hint === "number" ? 42 : "tag" } }\n;[`${new ClTag()}`, +new ClTag(), Object.prototype.toString.call(new ClTag())]',
      shows: "[ 'tag', 42, '[object Tag]' ]",
    }),
    feature('a class used before its declaration is refused', {
      run: 'new ClTooEarly()\nclass ClTooEarly {}',
      fails: typeError(2449, [1, 5]),
    }),
    feature(
      'a class refers to itself after a redeclaration',
      'class ClSelf { static make() { return new ClSelf() } v = 1 }\nconst clMake = ClSelf.make',
      'class ClSelf { static make() { return new ClSelf() } v = 2 }',
      { run: '[clMake().v, ClSelf.make().v]', shows: '[ 1, 2 ]' },
    ),
    feature(
      'a class whose static initialiser throws leaves the old one',
      'class ClKept { v = "old" }',
      {
        run: 'class ClKept { static x = (() => { throw new Error("no") })() }',
        fails: { name: 'Error', message: 'no', at: [1, 42] },
      },
      { run: 'new ClKept().v', shows: "'old'" },
    ),
    feature('export in front of a class, decorators before it', {
      run: 'export class ClExported { x = 1 }\nexport abstract class ClExported2 {}\nnew ClExported().x',
      shows: '1',
    }),
    feature('parameter decorators of the older kind', {
      run: '// @ts-nocheck\nconst clSeen: unknown[] = []\nconst clParam = (_target: object, name: string, index: number) => { clSeen.push([name, index]) }\nclass ClParams { f(_a: number, @clParam _b: number) {} }\nclSeen',
      shows: "[ [ 'f', 1 ] ]",
    }),
  ],
}
