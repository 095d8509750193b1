// The few public names that the completeness test lets go, each with its reason.

const CREATION = 'makes tensors: no tensor goes in, so no gradient'
const ASKS = 'answers with bools, indices, booleans or sizes'
const STEP = 'a step function: the gradient is zero almost everywhere'
const RANDOM = 'random: tested by statistics and by known words of Philox in test/src/random'
const MODE = 'switches a mode or asks for one; tested in test/src/autograd or test/src/tensor'
const TRANSFORM =
  'transforms a function: tested against torch.func in test/src/autograd-goldens.test.ts and test/src/autograd'
const READS = 'reads or prints numbers: tested in test/src/tensor'
const PROPERTY = 'a property: tested in test/src/tensor and test/src/autograd'
const WRITES = 'overwrites with constants: no gradient comes through'

const listed = (reason: string, names: string): [string, string][] =>
  names
    .split(/\s+/)
    .filter(Boolean)
    .map(name => [name, reason])

/** Public names without a golden from PyTorch. */
export const NO_GOLDEN: ReadonlyMap<string, string> = new Map([
  ...listed(
    RANDOM,
    'Generator manualSeed rand randn randint randperm randLike randnLike randintLike bernoulli multinomial normal uniform bernoulli_ normal_ uniform_ seed initialSeed getRngState setRngState defaultGenerator F.dropout F.dropout1d F.dropout2d F.alphaDropout',
  ),
  ...listed(
    MODE,
    'setDefaultDtype getDefaultDtype setBackend device isTensor setPrintOptions noGrad enableGrad isGradEnabled setGradEnabled detectAnomaly setDetectAnomaly autocast autocastDtype memory setMemoryTracking trackMemory resetPeakMemory synchronize',
  ),
  ...listed(
    TRANSFORM,
    'backward grad jvp vjp jacobian hessian hvp perExampleGrads gradcheck gradgradcheck computationGraph checkpoint customFunction registerHook retainGrad requiresGrad_ detach detach_',
  ),
  ...listed(
    'writes or reads a training run in a file: tested in test/src/checkpoint',
    'saveCheckpoint loadCheckpoint hasCheckpoint',
  ),
  ...listed('compiles steps: tested in test/src/compile', 'compile profile perCall branch'),
  ...listed(READS, 'item numel toArray data read toString toJSON print format'),
  ...listed(PROPERTY, 'ndim size strides requiresGrad isLeaf gradFn T mT'),
  ...listed(
    'makes tensors of JavaScript values, which PyTorch has none of: tested in test/src/tensor',
    'tensor fromArray',
  ),
  ...listed(
    'dtypes and devices: tested over all dtypes in test/src/tensor',
    'to float double int bool half bfloat16 typeAs contiguous isContiguous isFloatingPoint',
  ),
])

/** Public names without gradcheck and gradgradcheck, beside those above. */
export const NOT_DIFFERENTIABLE: ReadonlyMap<string, string> = new Map([
  ...listed(
    CREATION,
    'zeros ones full empty arange linspace logspace eye zerosLike onesLike fullLike trilIndices triuIndices F.sinusoidalPositions F.alibiSlopes F.alibiBias',
  ),
  ...listed(
    ASKS,
    'eq ne lt le gt ge isclose allclose equal isnan isinf isfinite logicalAnd logicalOr logicalXor logicalNot any all argmax argmin argsort countNonzero nonzero argwhere searchsorted bucketize histc bincount oneHot F.oneHot isin linalg.matrixRank unique',
  ),
  ...listed(STEP, 'sign floor ceil round trunc floorDivide sign_ floor_ ceil_ round_ trunc_ floorDivide_'),
  ...listed(WRITES, 'fill_ zero_'),
])
