// Where OpenBLAS is: at GRADLAB_BLAS, or in a Python environment, in the wheel `scipy-openblas32`.
export const host = () => globalThis.process;
/** A module of Node; undefined in a browser. */
export function node(name) {
    return host()?.getBuiltinModule?.(`node:${name}`);
}
const SUFFIX = { darwin: '.dylib', win32: '.dll' };
/** GRADLAB_BLAS: the path of a library, or 'off'. */
export const wish = () => host()?.env.GRADLAB_BLAS || undefined;
/** The file of the library. A path that GRADLAB_BLAS gives is taken as it is. */
export function findLibrary(from) {
    const [wanted, fs, path, process] = [wish(), node('fs'), node('path'), host()];
    if (fs === undefined || path === undefined || process === undefined || wanted === 'off')
        return undefined;
    if (wanted !== undefined)
        return wanted;
    const suffix = SUFFIX[process.platform] ?? '.so';
    const { VIRTUAL_ENV } = process.env;
    const environments = [
        ...(VIRTUAL_ENV === undefined ? [] : [VIRTUAL_ENV]),
        ...[process.cwd(), ...(from === undefined ? [] : [from])].flatMap(above).map(folder => path.join(folder, '.venv')),
    ];
    for (const environment of new Set(environments)) {
        for (const packages of packagesOf(environment)) {
            const file = path.join(packages, 'scipy_openblas32', 'lib', `libscipy_openblas${suffix}`);
            if (fs.existsSync(file))
                return file;
        }
    }
    return undefined;
}
/** A folder and those that it is in. */
function above(folder) {
    const { dirname } = node('path');
    const parent = dirname(folder);
    return parent === folder ? [folder] : [folder, ...above(parent)];
}
/** The folders of packages of a Python environment. */
function packagesOf(environment) {
    const [fs, path] = [node('fs'), node('path')];
    if (!fs.existsSync(environment))
        return [];
    const lib = path.join(environment, 'lib');
    const versions = fs.existsSync(lib) ? fs.readdirSync(lib).filter(name => name.startsWith('python3')) : [];
    return [
        path.join(environment, 'Lib', 'site-packages'),
        ...versions.map(name => path.join(lib, name, 'site-packages')),
    ];
}
/** The physical cores, as far as the system tells: two threads on one core share what multiplies. */
export function physicalCores() {
    const [fs, os] = [node('fs'), node('os')];
    const threads = os?.availableParallelism?.() ?? 1;
    try {
        const paired = fs?.readFileSync('/sys/devices/system/cpu/smt/active', 'utf8').trim() === '1';
        return paired ? Math.max(1, threads >> 1) : threads;
    }
    catch {
        return threads;
    }
}
//# sourceMappingURL=find.js.map