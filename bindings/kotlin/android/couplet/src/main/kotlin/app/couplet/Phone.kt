// Where an Android phone keeps a notebook and its key. Not run here: there is no Android here.

package app.couplet

import android.content.Context
import android.os.UserManager
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.UserNotAuthenticatedException
import java.io.File
import java.security.KeyStore as JavaKeyStore
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/**
 * Where this app keeps the notebook of this name: where no backup and no move to another phone
 * takes it along, for a copy of a notebook is no second phone.
 */
public fun Context.notebookConfig(name: String = NOTEBOOK): Config {
    val place = File(noBackupFilesDir, "couplet")
    return Config(directory = File(place, name), mark = File(place, "$name.mark"))
}

/**
 * The key of the notebook of this name, in a file that a key of the Android Keystore seals. That
 * key is made here and never leaves the phone's hardware.
 */
public class PhoneKeyStore(context: Context, private val name: String = NOTEBOOK) : KeyStore {
    private val users = context.getSystemService(UserManager::class.java)
    private val alias = "app.couplet.$name"
    private val sealed = FileKeyStore(File(context.noBackupFilesDir, "couplet/$name.key"))

    override fun load(): ByteArray? {
        if (!users.isUserUnlocked) throw KeyRefusedException.NotYet()
        val kept = sealed.load() ?: return null
        val sealing = sealingKey() ?: throw KeyRefusedException.Gone()
        val nonce = GCMParameterSpec(TAG_BITS, kept, 0, NONCE_BYTES)
        return with(sealing, Cipher.DECRYPT_MODE, nonce) {
            doFinal(kept, NONCE_BYTES, kept.size - NONCE_BYTES)
        }
    }

    override fun keep(key: ByteArray) {
        if (!users.isUserUnlocked) throw KeyRefusedException.NotYet()
        // Anew each time: one that is there may be the one that opens nothing any more.
        val sealing = newSealingKey()
        sealed.keep(with(sealing, Cipher.ENCRYPT_MODE, null) { iv + doFinal(key) })
    }

    private fun with(
        sealing: SecretKey,
        mode: Int,
        nonce: GCMParameterSpec?,
        work: Cipher.() -> ByteArray,
    ): ByteArray =
        try {
            Cipher.getInstance("AES/GCM/NoPadding").run {
                init(mode, sealing, nonce)
                work()
            }
        } catch (_: KeyPermanentlyInvalidatedException) {
            throw KeyRefusedException.Gone()
        } catch (_: AEADBadTagException) {
            // Sealed by a key before this one.
            throw KeyRefusedException.Gone()
        } catch (_: UserNotAuthenticatedException) {
            throw KeyRefusedException.Denied()
        }

    private fun sealingKey(): SecretKey? =
        JavaKeyStore.getInstance(ANDROID).run {
            load(null)
            getKey(alias, null) as SecretKey?
        }

    private fun newSealingKey(): SecretKey {
        val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val spec = KeyGenParameterSpec.Builder(alias, purposes)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .build()
        return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, ANDROID).run {
            init(spec)
            generateKey()
        }
    }

    private companion object {
        const val ANDROID = "AndroidKeyStore"
        const val NONCE_BYTES = 12
        const val TAG_BITS = 128
    }
}

private const val NOTEBOOK = "notebook"
