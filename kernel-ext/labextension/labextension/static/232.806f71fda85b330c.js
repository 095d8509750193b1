"use strict";(self.rspackChunkgradlab_labextension=self.rspackChunkgradlab_labextension||[]).push([[232],{"./node_modules/css-loader/dist/cjs.js!./style/base.css"(e,t,r){var o=r("./node_modules/css-loader/dist/runtime/noSourceMaps.js"),a=r.n(o),n=r("./node_modules/css-loader/dist/runtime/api.js"),i=(r.n(n))()(a());i.push([e.id,`/* The place of a plotly figure in a cell's output. */
.gradlab-Plotly {
  overflow: auto hidden;
  padding: 0;
}

.gradlab-Plotly-note {
  margin: 0 0 4px;
  padding: 8px 12px;
  border-left: 4px solid var(--jp-warn-color1);
  background: var(--jp-layout-color1);
  color: var(--jp-content-font-color1);
  font-family: var(--jp-content-font-family);
  font-size: var(--jp-content-font-size1);
  line-height: var(--jp-content-line-height);
  white-space: pre-wrap;
}

/*
 * Red in an error of the kernel. JupyterLab gives errors a pale red ground in its light themes and a dark red one in
 * its dark themes, but ANSI text the same red in both, which cannot be read on the dark one.
 */
[data-jp-theme-light="false"] .jp-RenderedText[data-mime-type^="application/vnd.jupyter."] .ansi-red-intense-fg,
[data-jp-theme-light="false"] .jp-RenderedText[data-mime-type="application/vnd.jupyter.stderr"] .ansi-red-fg {
  color: #ffb3ab;
}

[data-jp-theme-light="true"] .jp-RenderedText[data-mime-type^="application/vnd.jupyter."] .ansi-red-intense-fg,
[data-jp-theme-light="true"] .jp-RenderedText[data-mime-type="application/vnd.jupyter.stderr"] .ansi-red-fg {
  color: #a3161d;
}

/* In the place of lines that are not drawn. */
.gradlab-Stream-gap {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px 12px;
  margin: 4px 0;
  padding: 4px 8px;
  border: 1px dashed var(--jp-border-color1);
  border-width: 1px 0;
  background: var(--jp-layout-color1);
  color: var(--jp-content-font-color1);
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size1);
  user-select: none;
}

.gradlab-Stream-gap button {
  padding: 2px 8px;
  border: 1px solid var(--jp-border-color0, var(--jp-border-color1));
  border-radius: var(--jp-border-radius);
  background: var(--jp-layout-color0);
  color: var(--jp-content-link-color);
  font: inherit;
  cursor: pointer;
}

.gradlab-Stream-gap button:hover {
  background: var(--jp-layout-color2);
}

.gradlab-Stream-gap button:focus-visible {
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: 1px;
}

/* All of a long output is in the page, and the browser lays out what is near the view. */
.gradlab-mod-all .gradlab-Stream-piece {
  content-visibility: auto;
  contain-intrinsic-block-size: auto calc(var(--gradlab-lines) * var(--jp-code-line-height) * var(--jp-code-font-size));
}

/*
 * Type errors. The line is drawn by the text and not as a picture behind it, so that it is as fine as the screen allows,
 * and takes no room.
 */
.jp-CodeMirrorEditor .cm-lintRange {
  padding: 0;
  background-image: none;
  text-decoration: underline wavy 1px;
  text-decoration-skip-ink: none;
  text-underline-offset: 3px;
}

.jp-CodeMirrorEditor .cm-lintRange-error {
  text-decoration-color: var(--gradlab-error);
}

.jp-CodeMirrorEditor .cm-lintRange-warning {
  text-decoration-color: var(--gradlab-warning);
}

body {
  --gradlab-error: #d3121a;
  --gradlab-warning: #b26a00;
}

body[data-jp-theme-light="false"] {
  --gradlab-error: #ff6b64;
  --gradlab-warning: #ffb74d;
}

.cm-tooltip.cm-tooltip-hover:has(.cm-tooltip-lint) {
  z-index: 1000;
  max-width: min(640px, 80vw);
  border: 1px solid var(--jp-border-color1);
  border-radius: var(--jp-border-radius);
  background: var(--jp-layout-color1);
  color: var(--jp-content-font-color1);
  box-shadow: var(--jp-elevation-z4);
}

.cm-tooltip-lint .cm-diagnostic {
  max-height: 40vh;
  overflow: auto;
  padding: 6px 10px;
  margin: 0;
  border-left: 3px solid;
  font-family: var(--jp-code-font-family);
  font-size: var(--jp-code-font-size);
  line-height: var(--jp-code-line-height);
  overflow-wrap: anywhere;
}

.cm-tooltip-lint .cm-diagnostic-error {
  border-left-color: var(--gradlab-error);
}

.cm-tooltip-lint .cm-diagnostic-warning {
  border-left-color: var(--gradlab-warning);
}
`,""]),r.d(t,{},{A:i})},"./node_modules/css-loader/dist/runtime/api.js"(e){e.exports=function(e){var t=[];return t.toString=function(){return this.map(function(t){var r="",o=void 0!==t[5];return t[4]&&(r+="@supports (".concat(t[4],") {")),t[2]&&(r+="@media ".concat(t[2]," {")),o&&(r+="@layer".concat(t[5].length>0?" ".concat(t[5]):""," {")),r+=e(t),o&&(r+="}"),t[2]&&(r+="}"),t[4]&&(r+="}"),r}).join("")},t.i=function(e,r,o,a,n){"string"==typeof e&&(e=[[null,e,void 0]]);var i={};if(o)for(var s=0;s<this.length;s++){var d=this[s][0];null!=d&&(i[d]=!0)}for(var l=0;l<e.length;l++){var c=[].concat(e[l]);o&&i[c[0]]||(void 0!==n&&(void 0===c[5]||(c[1]="@layer".concat(c[5].length>0?" ".concat(c[5]):""," {").concat(c[1],"}")),c[5]=n),r&&(c[2]&&(c[1]="@media ".concat(c[2]," {").concat(c[1],"}")),c[2]=r),a&&(c[4]?(c[1]="@supports (".concat(c[4],") {").concat(c[1],"}"),c[4]=a):c[4]="".concat(a)),t.push(c))}},t}},"./node_modules/css-loader/dist/runtime/noSourceMaps.js"(e){e.exports=function(e){return e[1]}},"./node_modules/style-loader/dist/runtime/injectStylesIntoStyleTag.js"(e){var t=[];function r(e){for(var r=-1,o=0;o<t.length;o++)if(t[o].identifier===e){r=o;break}return r}function o(e,o){for(var a={},n=[],i=0;i<e.length;i++){var s=e[i],d=o.base?s[0]+o.base:s[0],l=a[d]||0,c="".concat(d," ").concat(l);a[d]=l+1;var p=r(c),u={css:s[1],media:s[2],sourceMap:s[3],supports:s[4],layer:s[5]};if(-1!==p)t[p].references++,t[p].updater(u);else{var m=function(e,t){var r=t.domAPI(t);return r.update(e),function(t){t?(t.css!==e.css||t.media!==e.media||t.sourceMap!==e.sourceMap||t.supports!==e.supports||t.layer!==e.layer)&&r.update(e=t):r.remove()}}(u,o);o.byIndex=i,t.splice(i,0,{identifier:c,updater:m,references:1})}n.push(c)}return n}e.exports=function(e,a){var n=o(e=e||[],a=a||{});return function(e){e=e||[];for(var i=0;i<n.length;i++){var s=r(n[i]);t[s].references--}for(var d=o(e,a),l=0;l<n.length;l++){var c=r(n[l]);0===t[c].references&&(t[c].updater(),t.splice(c,1))}n=d}}},"./node_modules/style-loader/dist/runtime/insertBySelector.js"(e){var t={};e.exports=function(e,r){var o=function(e){if(void 0===t[e]){var r=document.querySelector(e);if(window.HTMLIFrameElement&&r instanceof window.HTMLIFrameElement)try{r=r.contentDocument.head}catch(e){r=null}t[e]=r}return t[e]}(e);if(!o)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");o.appendChild(r)}},"./node_modules/style-loader/dist/runtime/insertStyleElement.js"(e){e.exports=function(e){var t=document.createElement("style");return e.setAttributes(t,e.attributes),e.insert(t,e.options),t}},"./node_modules/style-loader/dist/runtime/setAttributesWithoutAttributes.js"(e,t,r){e.exports=function(e){var t=r.nc;t&&e.setAttribute("nonce",t)}},"./node_modules/style-loader/dist/runtime/styleDomAPI.js"(e){e.exports=function(e){if("u"<typeof document)return{update:function(){},remove:function(){}};var t=e.insertStyleElement(e);return{update:function(r){var o,a,n;o="",r.supports&&(o+="@supports (".concat(r.supports,") {")),r.media&&(o+="@media ".concat(r.media," {")),(a=void 0!==r.layer)&&(o+="@layer".concat(r.layer.length>0?" ".concat(r.layer):""," {")),o+=r.css,a&&(o+="}"),r.media&&(o+="}"),r.supports&&(o+="}"),(n=r.sourceMap)&&"u">typeof btoa&&(o+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(n))))," */")),e.styleTagTransform(o,t,e.options)},remove:function(){var e;null===(e=t).parentNode||e.parentNode.removeChild(e)}}}},"./node_modules/style-loader/dist/runtime/styleTagTransform.js"(e){e.exports=function(e,t){if(t.styleSheet)t.styleSheet.cssText=e;else{for(;t.firstChild;)t.removeChild(t.firstChild);t.appendChild(document.createTextNode(e))}}},"./style/index.js"(e,t,r){var o=r("./node_modules/style-loader/dist/runtime/injectStylesIntoStyleTag.js"),a=r.n(o),n=r("./node_modules/style-loader/dist/runtime/styleDomAPI.js"),i=r.n(n),s=r("./node_modules/style-loader/dist/runtime/insertBySelector.js"),d=r.n(s),l=r("./node_modules/style-loader/dist/runtime/setAttributesWithoutAttributes.js"),c=r.n(l),p=r("./node_modules/style-loader/dist/runtime/insertStyleElement.js"),u=r.n(p),m=r("./node_modules/style-loader/dist/runtime/styleTagTransform.js"),f=r.n(m),g=r("./node_modules/css-loader/dist/cjs.js!./style/base.css"),v={};v.styleTagTransform=f(),v.setAttributes=c(),v.insert=d().bind(null,"head"),v.domAPI=i(),v.insertStyleElement=u(),a()(g.A,v),g.A&&g.A.locals&&g.A.locals}}]);