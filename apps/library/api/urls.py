from django.urls import path

from apps.library.api import views

urlpatterns = [
    path("models", views.ModelsView.as_view()),
    path("models/incoming", views.ArrivalsView.as_view()),
    path("models/policy", views.PolicyView.as_view()),
    path("models/jobs/<uuid:id>", views.JobView.as_view()),
    path("models/jobs/<uuid:id>/cancel", views.CancelView.as_view()),
    path("models/<str:id>", views.ModelView.as_view()),
    path("models/<str:id>/pull", views.PullView.as_view()),
    path("models/<str:id>/verify", views.VerifyView.as_view()),
    path("models/<str:id>/use", views.UseView.as_view()),
]
