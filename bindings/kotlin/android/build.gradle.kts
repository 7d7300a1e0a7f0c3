// AGP 9 brings Kotlin itself; this names the version of it that the tests on the JVM compile with.
buildscript {
    dependencies {
        classpath(libs.kotlin.gradle)
    }
}

plugins {
    alias(libs.plugins.android.library) apply false
}
