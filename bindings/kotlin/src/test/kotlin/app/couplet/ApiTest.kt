// What an app sees of this library, read from its sources.

package app.couplet

import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

internal class ApiTest {
    private val sources = File(System.getProperty("couplet.kotlin"), "src/main/kotlin").walk()
        .filter { it.extension == "kt" }.sortedBy { it.name }.associate { it.name to it.readText() }

    /** Each public declaration: its file, its place there, and its words up to the body. */
    private val declared = sources.flatMap { (file, text) ->
        PUBLIC.findAll(text).map { Triple(file, it.range.first, it.value) }
    }

    @Test
    fun `no generated type is part of the API`() {
        assertTrue(declared.size > 100, "only ${declared.size} public declarations were found")
        val generated = declared.filter { (_, _, words) ->
            GENERATED.containsMatchIn(words.replace(PRIVATE, ""))
        }
        assertEquals(emptyList(), generated.map { (file, _, words) -> "$file: $words" })
    }

    @Test
    fun `whatever is public says what it is for`() {
        val silent = declared.filterNot { (file, at, words) ->
            val before = sources.getValue(file).substring(0, at).trimEnd()
            before.endsWith("*/") || words.trimStart().startsWith("public val") ||
                words.contains("override") || before.endsWith("(")
        }
        assertEquals(emptyList(), silent.map { (file, _, words) -> "$file: $words" })
    }

    private companion object {
        /** Up to where a body or a value begins, or to the empty line after a declaration. */
        val PUBLIC = Regex("(?m)^ *public [^={}]*?(?=[={}]|\\n\\n)")
        val GENERATED = Regex("app\\.couplet\\.ffi|\\bFfi[A-Z]|\\bU(Int|Long|Byte|Short)\\b")
        val PRIVATE = Regex("private constructor\\([^)]*\\)|internal val [^,)]*")
    }
}
