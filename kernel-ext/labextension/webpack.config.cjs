// What the JupyterLab builder is told beyond its own set-up.
module.exports = {
  // Ids from paths relative to this folder: by default one of them is a hash of an absolute path, and the built files
  // would differ from folder to folder.
  optimization: { moduleIds: 'named' },
}
