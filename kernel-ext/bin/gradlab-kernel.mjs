#!/usr/bin/env node
import '../dist/front/main.js'
