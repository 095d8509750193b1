// Pictures that lie in folders, a folder for each class: read one by one, when they are asked for.
import { defaultGenerator, Generator, rand } from '../random/index.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { type Dataset, needIndex } from './dataset.js'
import { DataError } from './errors.js'
import type { FilePath } from './file-path.js'
import { checkImageOptions, decodedImage, type ImageOptions } from './image.js'
import { node } from './node.js'
import { counted, printedByToString } from './printed.js'
import { pathOf, readBytesLater, unreadable } from './read-file.js'

export interface ImageFolderOptions extends ImageOptions {
  /** The channels that all pictures get. 'rgb'. */
  readonly mode?: ImageOptions['mode']
  /**
   * What each picture goes through before it is given out: `x => data.transforms.resize(x, [64, 64])`. None.
   *
   * One that draws is given a generator of the picture's own, `(x, options) => data.transforms.randomCrop(x, 64, options)`, so that the numbers do not
   * depend on which file comes first. Training that shall go on from a checkpoint to the last bit draws after the loader, for whole batches.
   */
  readonly transform?: ((image: Tensor, options: { readonly generator: Generator }) => Tensor) | undefined
  /** Where the pictures' own generators are drawn from, one each time that a picture is asked for. The default generator. */
  readonly generator?: Generator | undefined
}

/** A picture that was found. */
export interface ImageFile {
  readonly path: string
  /** Its class number. */
  readonly target: number
}

const FOLDER_OPTIONS = optionNames<ImageFolderOptions>()(
  'mode applyExifOrientation maxPixels device transform generator',
)
const PICTURE = /\.(png|jpe?g)$/i

/**
 * Pictures in folders, as a data set: example i is [picture, class number]. `data.imageFolder` finds them.
 *
 * @example
 * const set = data.imageFolder('pets', { transform: x => data.transforms.resize(x, [64, 64]) })
 * for await (const [x, y] of new data.DataLoader(set, { batchSize: 32, shuffle: true })) step(x, y)
 * @torch torchvision.datasets.ImageFolder
 */
export class ImageFolder implements Dataset<[Tensor, number]> {
  /** The names of the classes by their numbers: the folders' names, sorted. */
  readonly classes: readonly string[]
  /** All pictures, class by class, each class sorted by path. */
  readonly files: readonly ImageFile[]
  readonly #options: ImageFolderOptions

  /** Use data.imageFolder. */
  constructor(classes: readonly string[], files: readonly ImageFile[], options: ImageFolderOptions) {
    this.classes = classes
    this.files = files
    this.#options = options
  }

  get length(): number {
    return this.files.length
  }

  /** The class number of each picture, without reading one. */
  get targets(): number[] {
    return this.files.map(({ target }) => target)
  }

  /** Reads a picture. Throws DATA_INDEX; DATA_FORMAT and DATA_MISSING, with the file. */
  async get(index: number): Promise<[Tensor, number]> {
    needIndex('ImageFolder', index, this.length)
    const { path, target } = this.files[index] as ImageFile
    const { mode = 'rgb', transform, generator = defaultGenerator() } = this.#options
    // Drawn before the file is waited for: files come in any order.
    const own = transform === undefined ? undefined : ownGenerator(generator)
    const where = 'data.imageFolder'
    const x = decodedImage(where, await readBytesLater(where, path), { ...this.#options, mode })
    return [transform === undefined || own === undefined ? x : transform(x, { generator: own }), target]
  }

  /** `ImageFolder(200 pictures of 2 classes: cat, dog)`. */
  toString(): string {
    const kinds = counted(this.classes.length, 'class', 'classes')
    return `ImageFolder(${counted(this.length, 'picture')} of ${kinds}: ${this.classes.join(', ')})`
  }
}

printedByToString(ImageFolder)

function ownGenerator(generator: Generator): Generator {
  return new Generator(Math.floor(rand([], { generator, dtype: 'float64' }).item() * 2 ** 53))
}

/**
 * Finds the pictures in the folders of a folder: `pets/cat/1.jpg`, `pets/dog/a.png`. Each folder is a class, named as it is; class numbers follow the sorted
 * names. PNG and JPEG are found, at any depth below a class's folder; other files, and names that begin with a dot, are passed over.
 *
 * Pictures are read when they are asked for, so loops are `for await`; the DataLoader reads some batches ahead. For batches all must have one size:
 * give a `transform`. See data.image for what is read and how.
 *
 * Throws DATA_MISSING where there is no such folder; DATA_FORMAT where it has no folders in it, or a class has no picture; DATA_OPTION; DATA_NODE in a browser.
 *
 * @example
 * const set = data.imageFolder('pets')
 * set.classes // ['cat', 'dog']
 * const [picture, target] = await set.get(0)
 * @torch torchvision.datasets.ImageFolder
 * @differs `get` is asynchronous; pictures are floats from 0 to 1, upright by EXIF; only PNG and JPEG
 */
export function imageFolder(path: FilePath, options: ImageFolderOptions = {}): ImageFolder {
  const where = 'data.imageFolder'
  checkImageOptions(where, known(where, options, FOLDER_OPTIONS))
  if (options.transform !== undefined && typeof options.transform !== 'function') {
    throw new DataError('DATA_OPTION', `${where}: transform must be a function; it is ${typeof options.transform}.`)
  }
  const root = pathOf(where, path)
  const classes = entriesOf(where, root)
    .filter(({ isFolder }) => isFolder)
    .map(({ name }) => name)
  if (classes.length === 0) {
    throw new DataError('DATA_FORMAT', `${where}: ${root}: expected a folder for each class, got none.`, {
      next: 'Such as pets/cat/1.jpg, pets/dog/2.jpg: imageFolder("pets"). A single picture is read by data.image.',
    })
  }
  const files = classes.flatMap((name, target) => {
    const found = picturesIn(where, node('path').join(root, name))
    if (found.length > 0) return found.map(file => ({ path: file, target }))
    throw new DataError('DATA_FORMAT', `${where}: ${root}: the class '${name}' has no picture in it.`, {
      next: 'Pictures are files that end in .png, .jpg or .jpeg. Take folders that are no class elsewhere.',
    })
  })
  return new ImageFolder(classes, files, options)
}

interface Entry {
  readonly name: string
  readonly isFolder: boolean
}

/** Below a class, links to folders are not followed: they may lead round in a circle. */
function picturesIn(where: string, folder: string): string[] {
  const { join } = node('path')
  return entriesOf(where, folder).flatMap(({ name, isFolder }) => {
    const path = join(folder, name)
    if (!isFolder) return PICTURE.test(name) ? [path] : []
    return node('fs').lstatSync(path).isSymbolicLink() ? [] : picturesIn(where, path)
  })
}

/** What lies in a folder, sorted by name as their letters' codes. */
function entriesOf(where: string, folder: string): Entry[] {
  const { readdirSync, statSync } = node('fs')
  try {
    return readdirSync(folder)
      .filter(name => !name.startsWith('.'))
      .sort()
      .map(name => ({
        name,
        isFolder: statSync(node('path').join(folder, name), { throwIfNoEntry: false })?.isDirectory() ?? false,
      }))
  } catch (cause) {
    throw unreadable(where, folder, cause)
  }
}
