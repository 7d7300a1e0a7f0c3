import org.jetbrains.kotlin.gradle.dsl.JvmTarget

plugins {
    alias(libs.plugins.android.library)
}

// What `build-aar` has made: `jniLibs` by cargo-ndk, `kotlin` by UniFFI.
val made = rootProject.file(providers.gradleProperty("couplet.made").getOrElse("build/made"))

android {
    namespace = "app.couplet"
    compileSdk = libs.versions.compileSdk.get().toInt()
    ndkVersion = libs.versions.ndk.get()

    defaultConfig {
        minSdk = libs.versions.minSdk.get().toInt()
        consumerProguardFiles("consumer-rules.pro")
    }

    // One source for Android and for the tests on the JVM.
    sourceSets.getByName("main") {
        kotlin.srcDir(rootProject.file("../src/main/kotlin"))
        kotlin.srcDir(made.resolve("kotlin"))
        jniLibs.srcDir(made.resolve("jniLibs"))
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    // Symbols are stripped by `build-aar`, which keeps them beside the AAR.
    packaging.jniLibs.keepDebugSymbols.add("**/libcouplet_ffi.so")
}

kotlin {
    compilerOptions {
        jvmTarget.set(JvmTarget.JVM_17)
    }
}

dependencies {
    api(libs.coroutines)
    // The AAR and not the JAR: it carries JNA's own native library for each ABI.
    implementation(libs.jna) { artifact { type = "aar" } }
    implementation(libs.annotation)
}
