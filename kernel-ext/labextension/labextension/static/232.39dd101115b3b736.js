"use strict";(self.rspackChunkgradlab_labextension=self.rspackChunkgradlab_labextension||[]).push([[232],{"./node_modules/css-loader/dist/cjs.js!./style/base.css"(e,t,n){var r=n("./node_modules/css-loader/dist/runtime/noSourceMaps.js"),o=n.n(r),s=n("./node_modules/css-loader/dist/runtime/api.js"),a=(n.n(s))()(o());a.push([e.id,`/* The place of a plotly figure in a cell's output. */
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
[data-jp-theme-light="false"] .jp-RenderedText[data-mime-type^="application/vnd.jupyter."] .ansi-red-intense-fg {
  color: #ffb3ab;
}

[data-jp-theme-light="true"] .jp-RenderedText[data-mime-type^="application/vnd.jupyter."] .ansi-red-intense-fg {
  color: #a3161d;
}
`,""]),n.d(t,{},{A:a})},"./node_modules/css-loader/dist/runtime/api.js"(e){e.exports=function(e){var t=[];return t.toString=function(){return this.map(function(t){var n="",r=void 0!==t[5];return t[4]&&(n+="@supports (".concat(t[4],") {")),t[2]&&(n+="@media ".concat(t[2]," {")),r&&(n+="@layer".concat(t[5].length>0?" ".concat(t[5]):""," {")),n+=e(t),r&&(n+="}"),t[2]&&(n+="}"),t[4]&&(n+="}"),n}).join("")},t.i=function(e,n,r,o,s){"string"==typeof e&&(e=[[null,e,void 0]]);var a={};if(r)for(var i=0;i<this.length;i++){var l=this[i][0];null!=l&&(a[l]=!0)}for(var d=0;d<e.length;d++){var u=[].concat(e[d]);r&&a[u[0]]||(void 0!==s&&(void 0===u[5]||(u[1]="@layer".concat(u[5].length>0?" ".concat(u[5]):""," {").concat(u[1],"}")),u[5]=s),n&&(u[2]&&(u[1]="@media ".concat(u[2]," {").concat(u[1],"}")),u[2]=n),o&&(u[4]?(u[1]="@supports (".concat(u[4],") {").concat(u[1],"}"),u[4]=o):u[4]="".concat(o)),t.push(u))}},t}},"./node_modules/css-loader/dist/runtime/noSourceMaps.js"(e){e.exports=function(e){return e[1]}},"./node_modules/style-loader/dist/runtime/injectStylesIntoStyleTag.js"(e){var t=[];function n(e){for(var n=-1,r=0;r<t.length;r++)if(t[r].identifier===e){n=r;break}return n}function r(e,r){for(var o={},s=[],a=0;a<e.length;a++){var i=e[a],l=r.base?i[0]+r.base:i[0],d=o[l]||0,u="".concat(l," ").concat(d);o[l]=d+1;var c=n(u),p={css:i[1],media:i[2],sourceMap:i[3],supports:i[4],layer:i[5]};if(-1!==c)t[c].references++,t[c].updater(p);else{var m=function(e,t){var n=t.domAPI(t);return n.update(e),function(t){t?(t.css!==e.css||t.media!==e.media||t.sourceMap!==e.sourceMap||t.supports!==e.supports||t.layer!==e.layer)&&n.update(e=t):n.remove()}}(p,r);r.byIndex=a,t.splice(a,0,{identifier:u,updater:m,references:1})}s.push(u)}return s}e.exports=function(e,o){var s=r(e=e||[],o=o||{});return function(e){e=e||[];for(var a=0;a<s.length;a++){var i=n(s[a]);t[i].references--}for(var l=r(e,o),d=0;d<s.length;d++){var u=n(s[d]);0===t[u].references&&(t[u].updater(),t.splice(u,1))}s=l}}},"./node_modules/style-loader/dist/runtime/insertBySelector.js"(e){var t={};e.exports=function(e,n){var r=function(e){if(void 0===t[e]){var n=document.querySelector(e);if(window.HTMLIFrameElement&&n instanceof window.HTMLIFrameElement)try{n=n.contentDocument.head}catch(e){n=null}t[e]=n}return t[e]}(e);if(!r)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");r.appendChild(n)}},"./node_modules/style-loader/dist/runtime/insertStyleElement.js"(e){e.exports=function(e){var t=document.createElement("style");return e.setAttributes(t,e.attributes),e.insert(t,e.options),t}},"./node_modules/style-loader/dist/runtime/setAttributesWithoutAttributes.js"(e,t,n){e.exports=function(e){var t=n.nc;t&&e.setAttribute("nonce",t)}},"./node_modules/style-loader/dist/runtime/styleDomAPI.js"(e){e.exports=function(e){if("u"<typeof document)return{update:function(){},remove:function(){}};var t=e.insertStyleElement(e);return{update:function(n){var r,o,s;r="",n.supports&&(r+="@supports (".concat(n.supports,") {")),n.media&&(r+="@media ".concat(n.media," {")),(o=void 0!==n.layer)&&(r+="@layer".concat(n.layer.length>0?" ".concat(n.layer):""," {")),r+=n.css,o&&(r+="}"),n.media&&(r+="}"),n.supports&&(r+="}"),(s=n.sourceMap)&&"u">typeof btoa&&(r+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(s))))," */")),e.styleTagTransform(r,t,e.options)},remove:function(){var e;null===(e=t).parentNode||e.parentNode.removeChild(e)}}}},"./node_modules/style-loader/dist/runtime/styleTagTransform.js"(e){e.exports=function(e,t){if(t.styleSheet)t.styleSheet.cssText=e;else{for(;t.firstChild;)t.removeChild(t.firstChild);t.appendChild(document.createTextNode(e))}}},"./style/index.js"(e,t,n){var r=n("./node_modules/style-loader/dist/runtime/injectStylesIntoStyleTag.js"),o=n.n(r),s=n("./node_modules/style-loader/dist/runtime/styleDomAPI.js"),a=n.n(s),i=n("./node_modules/style-loader/dist/runtime/insertBySelector.js"),l=n.n(i),d=n("./node_modules/style-loader/dist/runtime/setAttributesWithoutAttributes.js"),u=n.n(d),c=n("./node_modules/style-loader/dist/runtime/insertStyleElement.js"),p=n.n(c),m=n("./node_modules/style-loader/dist/runtime/styleTagTransform.js"),f=n.n(m),y=n("./node_modules/css-loader/dist/cjs.js!./style/base.css"),h={};h.styleTagTransform=f(),h.setAttributes=u(),h.insert=l().bind(null,"head"),h.domAPI=a(),h.insertStyleElement=p(),o()(y.A,h),y.A&&y.A.locals&&y.A.locals}}]);