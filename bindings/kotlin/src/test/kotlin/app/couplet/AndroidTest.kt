// What can be checked of Android's build where there is no Android: that it says what is true.

package app.couplet

import java.io.File
import javax.xml.parsers.DocumentBuilderFactory
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

internal class AndroidTest {
    private val here = File(System.getProperty("couplet.kotlin"))
    private val android = here.resolve("android")
    private val versions = android.resolve("gradle/libs.versions.toml").readLines()
        .mapNotNull { Regex("^(\\w+) = \"(.*)\"$").find(it)?.destructured }
        .associate { (name, version) -> name to version }

    @Test
    fun `the versions are those that the tests ran with`() {
        assertEquals(run(here.resolve("toolchain").path, "--version").trim(), versions["kotlin"])
        assertEquals(resource("META-INF/kotlinx_coroutines_core.version"), versions["coroutines"])
        val locked = here.resolve("../../Cargo.lock").readLines()
        assertEquals("version = \"${versions["uniffi"]}\"", locked.after("name = \"uniffi\""))
    }

    @Test
    fun `the scripts parse, and say that they were not run here`() {
        val script = android.resolve("build-aar")
        run("bash", "-n", script.path)
        assertSays(script, "arm64-v8a", "armeabi-v7a", "x86_64", "max-page-size=16384", "Not run")
        assertSays(android.resolve("settings.gradle.kts"), "Not run")
        assertEquals("26", versions["minSdk"])
    }

    @Test
    fun `the manifest asks for the network and nothing else`() {
        val manifest = android.resolve("couplet/src/main/AndroidManifest.xml")
        val builder = DocumentBuilderFactory.newInstance().newDocumentBuilder()
        val asked = builder.parse(manifest).getElementsByTagName("uses-permission")
        val names = (0 until asked.length).map { asked.item(it).attributes.item(0).nodeValue }
        assertEquals(listOf("android.permission.INTERNET"), names)
    }

    @Test
    fun `Kotlin is generated for Android as for the JVM, but for the cleaner`() {
        val generated = File(System.getProperty("couplet.out")).resolve("generated")
        val (jvm, phone) = listOf("jvm", "android").map { generated.resolve(it) }.map { root ->
            root.walk().filter { it.extension == "kt" }.single().readText()
        }
        assertTrue("import android.os.Build\n" in phone, "not written for Android")
        assertFalse("android.os.Build" in jvm, "the JVM is given Android's classes")
        val declared = Regex("(?m)^ *(suspend )?fun `?\\w+`?\\(.*$")
        val cleaner = Regex("Cleaner|override fun (clean|register)")
        val (ours, theirs) = listOf(jvm, phone).map { text ->
            declared.findAll(text).map { it.value }.filterNot { it.contains(cleaner) }.toList()
        }
        assertEquals(ours, theirs)
    }

    private fun List<String>.after(line: String): String? = getOrNull(indexOf(line) + 1)

    private fun assertSays(file: File, vararg words: String) {
        val text = file.readText()
        words.forEach { assertTrue(it in text, "$file does not say $it") }
    }

    private fun run(vararg command: String): String {
        val process = ProcessBuilder(*command).redirectErrorStream(true).start()
        val said = process.inputReader().readText()
        assertEquals(0, process.waitFor(), said)
        return said
    }

    private fun resource(name: String): String =
        checkNotNull(javaClass.classLoader.getResource(name)) { "no $name" }.readText().trim()
}
