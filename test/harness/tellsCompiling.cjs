/** Put before a Lambda: it writes a line where code is made of a text, as zod does where it compiles a schema. */
globalThis.Function = new Proxy(Function, {
  construct(made, texts, target) {
    console.log('code was made of a text')
    return Reflect.construct(made, texts, target)
  },
})
