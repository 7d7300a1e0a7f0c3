// Where the key of a notebook's store is kept: what the app lends to the engine.

package app.couplet

import app.couplet.ffi.KeyRefused as FfiKeyRefused
import app.couplet.ffi.KeyStore as FfiKeyStore
import java.io.File
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.StandardCopyOption
import java.nio.file.StandardOpenOption
import java.nio.file.attribute.PosixFilePermissions

/**
 * Where the key of a notebook's store is kept: the Android Keystore, or a file on a desktop.
 *
 * Both functions are called on a thread of the engine's own, never while it holds a lock, and may
 * take as long as a person takes to unlock a phone. Whatever they throw becomes the
 * [CoupletException] of the call that needed the key.
 */
public interface KeyStore {
    /**
     * The 32 bytes that were kept; nothing if none ever were.
     *
     * @throws KeyRefusedException
     */
    public fun load(): ByteArray?

    /**
     * Keeps these 32 bytes where no backup reaches, before it returns, in place of a key that is
     * gone. The notebook is lost
     * without them.
     *
     * @throws KeyRefusedException
     */
    public fun keep(key: ByteArray)
}

/** Why a keystore gives no key. Anything else that it throws is a fault of the app. */
public sealed class KeyRefusedException(message: String) : Exception(message) {
    /** The phone was not unlocked since it started, or something like it: it may later. */
    public class NotYet : KeyRefusedException("the key is not given yet")

    /** The person, or the system, said no. */
    public class Denied : KeyRefusedException("the key was not allowed to be given")

    /** There was one, and it is gone for good. */
    public class Gone : KeyRefusedException("the key is gone")
}

/**
 * A keystore for a machine that has none: the key in a file that only this user reads. On Android,
 * [KeyStore] over the Android Keystore is `PhoneKeyStore`, which comes with the AAR.
 */
public class FileKeyStore(private val file: File) : KeyStore {
    override fun load(): ByteArray? = if (file.exists()) file.readBytes() else null

    override fun keep(key: ByteArray) {
        file.absoluteFile.parentFile.mkdirs()
        val ours = PosixFilePermissions.fromString("rw-------")
        val part = File(file.path + ".part").toPath()
        Files.deleteIfExists(part)
        Files.createFile(part, PosixFilePermissions.asFileAttribute(ours))
        FileChannel.open(part, StandardOpenOption.WRITE).use {
            it.write(ByteBuffer.wrap(key))
            it.force(true)
        }
        Files.move(part, file.toPath(), StandardCopyOption.ATOMIC_MOVE)
        // The name lasts only once its directory is written.
        val directory = file.absoluteFile.parentFile.toPath()
        FileChannel.open(directory, StandardOpenOption.READ).use { it.force(true) }
    }
}

/** The app's keystore as the engine calls it: nothing that it throws gets past this. */
internal class LentKeyStore(private val keys: KeyStore) : FfiKeyStore {
    override fun load(): ByteArray? = answered { keys.load() }

    override fun keep(key: ByteArray): Unit = answered { keys.keep(key) }

    private inline fun <T> answered(call: () -> T): T =
        try {
            call()
        } catch (refused: KeyRefusedException) {
            throw when (refused) {
                is KeyRefusedException.NotYet -> FfiKeyRefused.NotYet()
                is KeyRefusedException.Denied -> FfiKeyRefused.Denied()
                is KeyRefusedException.Gone -> FfiKeyRefused.Gone()
            }
        } catch (@Suppress("TooGenericExceptionCaught") thrown: Throwable) {
            // An Error too: JNA would print it and hand the engine an answer that is none.
            // Without its message, which may hold what no log should.
            throw FfiKeyRefused.Failed(thrown.javaClass.name)
        }
}
