package org.tensorflow.lite

import java.nio.ByteBuffer
import java.nio.ByteOrder
import org.bytedeco.javacpp.BytePointer
import org.bytedeco.javacpp.Pointer
import org.bytedeco.javacpp.PointerPointer
import org.bytedeco.tensorflowlite.BuiltinOpResolver
import org.bytedeco.tensorflowlite.FlatBufferModel
import org.bytedeco.tensorflowlite.InterpreterBuilder
import org.bytedeco.tensorflowlite.SignatureRunner
import org.bytedeco.tensorflowlite.TfLiteAffineQuantization
import org.bytedeco.tensorflowlite.TfLiteTensor
import org.bytedeco.tensorflowlite.global.tensorflowlite.*

/**
 * Stands in for the class of the same name in the LiteRT library, which is only on Google's
 * Maven: the few members that the keyboard uses, on the TensorFlow Lite that Maven Central
 * has for Android and for Linux. Its C interface leaves out XNNPACK, so this is that of C++.
 */
class Interpreter(model: ByteBuffer, options: Options) : AutoCloseable {

    /** How models are run. */
    class Options {
        internal var threads = 1

        fun setNumThreads(count: Int) = apply { threads = count }
    }

    // The runtime copies neither: their memory must stay.
    private val content = model
    private val loaded: FlatBufferModel
    private val interpreter = org.bytedeco.tensorflowlite.Interpreter(null as Pointer?)
    private val signatures = HashMap<String, Signature?>()

    init {
        require(isNative(content)) { "A model must be in a direct buffer in native order." }
        val size = content.remaining().toLong()
        loaded = requireNotNull(FlatBufferModel.VerifyAndBuildFromBuffer(BytePointer(content), size)) {
            "not a model"
        }
        InterpreterBuilder(loaded, BuiltinOpResolver()).use {
            it.SetNumThreads(options.threads)
            require(it.apply(interpreter) == kTfLiteOk) { "not a model for this runtime" }
        }
        // Before the first signature is asked for: then XNNPACK takes what it can.
        for (graph in 0 until interpreter.subgraphs_size().toInt()) {
            val tensors = interpreter.subgraph(graph)
            for (tensor in 0 until tensors.tensors_size().toInt()) scaleEachRow(tensors.tensor(tensor))
        }
    }

    /** The names of the outputs of a signature, none if there is no such signature. */
    fun getSignatureOutputs(signatureKey: String): Array<String> =
        signature(signatureKey)?.outputs?.keys.orEmpty().toTypedArray()

    /** Runs a signature: direct buffers in native order, by name. */
    fun runSignature(inputs: Map<String, Any>, outputs: Map<String, Any>, signatureKey: String) =
        requireNotNull(signature(signatureKey)) { "no signature $signatureKey" }.run(inputs, outputs)

    private fun signature(key: String) = signatures.getOrPut(key) {
        interpreter.GetSignatureRunner(key)?.let(::Signature)
    }

    override fun close() {
        interpreter.deallocate()
        loaded.deallocate()
    }

    /** One function of a model; its tensors stay where they are once they are allocated. */
    private class Signature(private val runner: SignatureRunner) {
        init {
            check(runner.AllocateTensors())
        }

        val inputs = names(runner.input_names(), runner.input_size()).associateWith(runner::input_tensor)
        val outputs = names(runner.output_names(), runner.output_size()).associateWith(runner::output_tensor)

        fun run(given: Map<String, Any>, wanted: Map<String, Any>) {
            for ((name, tensor) in inputs) {
                val buffer = buffer(given, name, tensor)
                check(TfLiteTensorCopyFromBuffer(tensor, Pointer(buffer), buffer.remaining().toLong()))
            }
            check(runner.Invoke())
            for (name in wanted.keys) {
                val tensor = requireNotNull(outputs[name]) { "no output $name" }
                val buffer = buffer(wanted, name, tensor)
                check(TfLiteTensorCopyToBuffer(tensor, Pointer(buffer), buffer.remaining().toLong()))
            }
        }
    }

    private companion object {
        fun names(pointers: PointerPointer<*>, count: Long) = List(count.toInt()) { pointers.getString(it.toLong()) }

        fun buffer(given: Map<String, Any>, name: String, tensor: TfLiteTensor): ByteBuffer {
            val buffer = requireNotNull(given[name]) { "$name is missing" } as ByteBuffer
            require(isNative(buffer)) { "$name must be a direct buffer in native order" }
            val bytes = TfLiteTensorByteSize(tensor)
            require(buffer.remaining().toLong() == bytes) {
                "$name must have $bytes bytes. Received: ${buffer.remaining()}"
            }
            return buffer
        }

        /**
         * Gives each row of a weight of four bits a scale of its own: where they have one
         * together, this TensorFlow Lite leaves their product to a kernel that reads −8 as 8.
         * XNNPACK reads it rightly; in LiteRT it takes such products from 2.1.5 on.
         */
        fun scaleEachRow(tensor: TfLiteTensor) {
            if (tensor.type() != kTfLiteInt4) return
            val quantization = TfLiteAffineQuantization(tensor.quantization().params())
            if (quantization.isNull || quantization.scale().size() != 1) return
            val rows = tensor.dims().data(0)
            val scales = TfLiteFloatArrayCreate(rows)
            val zeroPoints = TfLiteIntArrayCreate(rows)
            for (row in 0 until rows) {
                scales.data(row, quantization.scale().data(0))
                zeroPoints.data(row, quantization.zero_point().data(0))
            }
            TfLiteFloatArrayFree(quantization.scale())
            TfLiteIntArrayFree(quantization.zero_point())
            quantization.scale(scales).zero_point(zeroPoints).quantized_dimension(0)
        }

        fun isNative(buffer: ByteBuffer) =
            buffer.isDirect && buffer.order() == ByteOrder.nativeOrder()

        fun check(status: Int) = check(status == kTfLiteOk) { "TensorFlow Lite answered $status" }
    }
}
