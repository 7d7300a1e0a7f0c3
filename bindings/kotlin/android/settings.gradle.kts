// The AAR of `app.couplet`. Not run where Couplet's own tests run: there is no Android SDK there.
// `build-aar` beside this file builds the native libraries first and then calls Gradle.

pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}

dependencyResolutionManagement {
    repositoriesMode.set(RepositoriesMode.FAIL_ON_PROJECT_REPOS)
    repositories {
        google()
        mavenCentral()
    }
}

rootProject.name = "couplet-android"
include(":couplet")
