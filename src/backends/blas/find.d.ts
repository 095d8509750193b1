/** What is used of Node's modules. */
interface Modules {
    readonly fs: {
        existsSync(path: string): boolean;
        readdirSync(path: string): string[];
        readFileSync(path: string, encoding: 'utf8'): string;
    };
    readonly os: {
        availableParallelism?(): number;
    };
    readonly path: {
        dirname(path: string): string;
        join(...parts: string[]): string;
    };
    readonly url: {
        fileURLToPath(url: string): string;
    };
    readonly module: {
        createRequire(file: string): (name: string) => unknown;
    };
}
interface Process {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly platform: string;
    cwd(): string;
    getBuiltinModule?(name: string): unknown;
}
export declare const host: () => Process | undefined;
/** A module of Node; undefined in a browser. */
export declare function node<N extends keyof Modules>(name: N): Modules[N] | undefined;
/** GRADLAB_BLAS: the path of a library, or 'off'. */
export declare const wish: () => string | undefined;
/** The file of the library. A path that GRADLAB_BLAS gives is taken as it is. */
export declare function findLibrary(from: string | undefined): string | undefined;
/** The physical cores, as far as the system tells: two threads on one core share what multiplies. */
export declare function physicalCores(): number;
export {};
