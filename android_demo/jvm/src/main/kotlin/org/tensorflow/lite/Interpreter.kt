package org.tensorflow.lite

import com.sun.jna.Function
import com.sun.jna.Memory
import com.sun.jna.NativeLibrary
import com.sun.jna.NativeLong
import com.sun.jna.Pointer
import com.sun.jna.ptr.LongByReference
import com.sun.jna.ptr.PointerByReference
import java.nio.ByteBuffer
import java.nio.ByteOrder

/**
 * Stands in for the class of the same name in the LiteRT library for Android, where that
 * cannot be had: it has the few members that the keyboard uses and runs models by the C
 * interface of the same runtime, which the ai-edge-litert package for Python brings along.
 * The path of that library is the system property `litert.runtime`.
 */
class Interpreter(model: ByteBuffer, @Suppress("UNUSED_PARAMETER") options: Options) :
    AutoCloseable {

    /** Options; the stand-in runs on one thread anyway. */
    class Options {
        fun setNumThreads(@Suppress("UNUSED_PARAMETER") count: Int) = this
    }

    private class Tensor(val name: String, val buffer: Pointer, val bytes: Long)

    private class Signature(val index: Long, val inputs: List<Tensor>, val outputs: List<Tensor>) {
        fun buffers(tensors: List<Tensor>) = tensors.map { it.buffer }.toTypedArray()
    }

    // The runtime does not copy the model.
    private val content = Memory(model.remaining().toLong()).apply {
        getByteBuffer(0, size()).put(model.duplicate())
    }
    private val environment = answer("CreateEnvironment", 0, Pointer.NULL)
    private val loaded: Pointer
    private val compiled: Pointer
    private val signatures: Map<String, Signature>

    init {
        // The runtime says so by a status, the class for Android by this exception.
        try {
            loaded = answer("CreateModelFromBuffer", environment, content, NativeLong(content.size()))
        } catch (error: IllegalStateException) {
            throw IllegalArgumentException("not a model", error)
        }
        val options = answer("CreateOptions")
        call("SetOptionsHardwareAccelerators", options, CPU)
        compiled = answer("CreateCompiledModel", environment, loaded, options)
        val count = LongByReference()
        call("GetNumModelSignatures", loaded, count)
        signatures = (0 until count.value).associate { signature(it) }
    }

    private fun signature(index: Long): Pair<String, Signature> {
        val signature = answer("GetModelSignature", loaded, NativeLong(index))
        fun tensors(kind: String): List<Tensor> {
            val count = LongByReference()
            call("GetNumSignature${kind}s", signature, count)
            return (0 until count.value).map { n ->
                val name = answer("GetSignature${kind}Name", signature, NativeLong(n)).getString(0)
                val tensor = answer("GetSignature${kind}TensorByIndex", signature, NativeLong(n))
                val type = Memory(TYPE_BYTES).apply { clear() }
                call("GetRankedTensorType", tensor, type)
                val needs = answer(
                    "GetCompiledModel${kind}BufferRequirements",
                    compiled, NativeLong(index), NativeLong(n),
                )
                val buffer = answer(
                    "CreateManagedTensorBufferFromRequirements", environment, type, needs,
                )
                val rank = type.getByte(RANK_AT).toInt() and 0x7f
                val size = (0 until rank).map { type.getInt(DIMENSIONS_AT + 4L * it).toLong() }
                Tensor(name, buffer, NUMBER_BYTES * size.fold(1L, Long::times))
            }
        }
        val name = answer("GetSignatureKey", signature).getString(0)
        return name to Signature(index, tensors("Input"), tensors("Output"))
    }

    /** The names of the outputs of a signature. */
    fun getSignatureOutputs(signatureKey: String): Array<String> =
        signatures[signatureKey]?.outputs.orEmpty().map { it.name }.toTypedArray()

    /** Runs a signature: buffers in native order, by name. */
    fun runSignature(inputs: Map<String, Any>, outputs: Map<String, Any>, signatureKey: String) {
        val signature = requireNotNull(signatures[signatureKey]) { "no signature $signatureKey" }
        for (tensor in signature.inputs) {
            val given = buffer(inputs, tensor)
            locked(tensor, WRITE) { it.put(given.duplicate()) }
        }
        call(
            "RunCompiledModel", compiled, NativeLong(signature.index),
            NativeLong(signature.inputs.size.toLong()), signature.buffers(signature.inputs),
            NativeLong(signature.outputs.size.toLong()), signature.buffers(signature.outputs),
        )
        for (tensor in signature.outputs) {
            if (tensor.name in outputs) locked(tensor, READ) { buffer(outputs, tensor).put(it) }
        }
    }

    private fun buffer(given: Map<String, Any>, tensor: Tensor): ByteBuffer {
        val buffer = requireNotNull(given[tensor.name]) { "${tensor.name} is missing" } as ByteBuffer
        require(buffer.order() == ByteOrder.nativeOrder() && buffer.isDirect) {
            "${tensor.name} must be a direct buffer in native order"
        }
        require(buffer.capacity().toLong() == tensor.bytes) {
            "${tensor.name} must have ${tensor.bytes} bytes. Received: ${buffer.capacity()}"
        }
        return buffer
    }

    private fun locked(tensor: Tensor, mode: Int, use: (ByteBuffer) -> Unit) {
        val address = PointerByReference()
        call("LockTensorBuffer", tensor.buffer, address, mode)
        use(address.value.getByteBuffer(0, tensor.bytes))
        call("UnlockTensorBuffer", tensor.buffer)
    }

    override fun close() {
        for (signature in signatures.values) {
            for (tensor in signature.inputs + signature.outputs) {
                destroy("TensorBuffer", tensor.buffer)
            }
        }
        destroy("CompiledModel", compiled)
        destroy("Model", loaded)
        destroy("Environment", environment)
    }

    private companion object {
        const val CPU = 1
        const val READ = 0
        const val WRITE = 1
        const val TYPE_BYTES = 72L
        const val RANK_AT = 4L
        const val DIMENSIONS_AT = 8L
        const val NUMBER_BYTES = 4L

        val library: NativeLibrary by lazy {
            NativeLibrary.getInstance(checkNotNull(System.getProperty("litert.runtime")))
        }

        fun function(name: String): Function = library.getFunction("LiteRt$name")

        fun call(name: String, vararg arguments: Any?) {
            val status = function(name).invokeInt(arguments)
            check(status == 0) { "LiteRt$name answered $status" }
        }

        /** What a function leaves in the last of its arguments. */
        fun answer(name: String, vararg arguments: Any?): Pointer {
            val result = PointerByReference()
            call(name, *arguments, result)
            return result.value
        }

        fun destroy(kind: String, what: Pointer) {
            function("Destroy$kind").invokeVoid(arrayOf(what))
        }
    }
}
