// How long a page of the timeline takes an app: what the row `ffi-call` of tests/targets asks.

package app.couplet

import java.io.File
import kotlin.system.measureNanoTime
import kotlinx.coroutines.runBlocking

/**
 * Opens a notebook beside its owner, given its directory and the file of its key. Each line of
 * input is how many entries a page is to have; it is answered with how many nanoseconds one took.
 */
public fun main(arguments: Array<String>): Unit = runBlocking {
    val (directory, key) = arguments.map(::File)
    Notebook.openBeside(Config(directory), FileKeyStore(key)).use { notebook ->
        for (line in generateSequence(::readlnOrNull)) {
            val wanted = line.toInt()
            val got: Int
            val took = measureNanoTime { got = notebook.timeline(wanted).size }
            check(got == wanted) { "the page has $got entries" }
            println(took)
        }
    }
}
